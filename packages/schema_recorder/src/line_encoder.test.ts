import { createHash } from "node:crypto";
import { LINE_BYTES_MAX } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import { encodeLine, genesis } from "./line_encoder.ts";

const log = { user_id: "u1", session_id: "sess_0123456789abcdef" };
const recorded = { seq: 1, recorded_at: "2026-11-21T09:30:00.123Z", type: "message.created" };

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

describe("encodeLine", () => {
  test("writes the keys in the fixed order, compact, with one newline", () => {
    const { bytes } = encodeLine(
      {
        event: { b: 1 },
        trace: "t",
        cause: { trigger: "operator" },
        kind: "agent",
        format: 1,
        ...recorded,
      },
      genesis(log),
    );
    expect(bytes.toString()).toMatch(
      /^\{"seq":1,"recorded_at":"2026-11-21T09:30:00.123Z","type":"message.created","format":1,"kind":"agent","cause":\{"trigger":"operator"\},"trace":"t","event":\{"b":1\},"hash":"[0-9a-f]{64}"\}\n$/,
    );
  });

  test("hashes what the design says: P + H + D", () => {
    const { bytes, line } = encodeLine({ ...recorded, event: { text: "é" } }, genesis(log));
    const header = '{"seq":1,"recorded_at":"2026-11-21T09:30:00.123Z","type":"message.created","event":';
    const hash = sha256(`u1/sess_0123456789abcdef${header}${sha256('{"text":"é"}')}`);
    expect(line.hash).toBe(hash);
    expect(bytes.toString()).toBe(`${header}{"text":"é"},"hash":"${hash}"}\n`);
  });

  test("escapes what some readers take for the end of a line, and lone surrogates", () => {
    const { bytes } = encodeLine({ ...recorded, event: { text: "\u2028\u2029\ud800\u0000\n" } }, "");
    expect(bytes.toString()).toContain('{"text":"\\u2028\\u2029\\ud800\\u0000\\n"}');
    expect(JSON.parse(bytes.toString()).event).toEqual({ text: "\u2028\u2029\ud800\u0000\n" });
  });

  test("takes a line of exactly the limit and refuses one byte more", () => {
    const line = (length: number) => ({ ...recorded, event: { text: "x".repeat(length) } });
    const overhead = encodeLine(line(0), "").bytes.length;
    expect(encodeLine(line(LINE_BYTES_MAX - overhead), "").bytes).toHaveLength(LINE_BYTES_MAX);
    expect(() => encodeLine(line(LINE_BYTES_MAX - overhead + 1), "")).toThrow("LINE_TOO_LONG");
  });
});
