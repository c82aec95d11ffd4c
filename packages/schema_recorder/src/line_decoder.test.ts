import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLine } from "./line_decoder.ts";

const GENESIS = { seq: 0, hash: "u1/sess_0123456789abcdef", recorded_at: "" };
const sha256 = (data: string): string => createHash("sha256").update(data).digest("hex");

/** A line's text from its header and its event's text, with the hash that the format asks for. */
function lineText(header: string, event: string): string {
  return `${header}${event},"hash":"${sha256(`${GENESIS.hash}${header}${sha256(event)}`)}"}`;
}

function decode(text: string): unknown {
  return decodeLine(Buffer.from(text), GENESIS);
}

const PLAIN = '{"seq":1,"recorded_at":"2026-11-21T09:30:00.123Z","type":"message.created","event":';

test("a line is what JSON.parse makes of it, with optional keys and without, in any script", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("event", ',"event":', ',"hash":"', "é\ufffd", "\u2028", "𝄞"),
  );
  const optional = fc.record(
    { trace: text, "é\ufffd": text, cause: fc.constant({ trigger: "operator" }), format: fc.constant(1) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.jsonValue())), optional, (event, keys) => {
      const extra = JSON.stringify(keys).slice(1, -1);
      const header = PLAIN.replace(',"event":', `${extra === "" ? "" : `,${extra}`},"event":`);
      const line = lineText(header, JSON.stringify(event));
      expect(decode(line)).toEqual({ line: JSON.parse(line), erased: false });
    }),
  );
});

test("an event may itself hold an event and a hash", () => {
  const line = lineText(PLAIN, `{"n":1,"event":{"n":2},"hash":"${"0".repeat(64)}"}`);
  expect(decode(line)).toEqual({ line: JSON.parse(line), erased: false });
});

test.each([
  ["a seq that is no number", PLAIN.replace('"seq":1', '"seq":"1"'), "{}"],
  ["a time without milliseconds", PLAIN.replace(".123Z", "Z"), "{}"],
  ["a type that is no text", PLAIN.replace('"message.created"', "null"), "{}"],
  ["an event that is no object", PLAIN, "[]"],
  ["an event that is no JSON", PLAIN, "{x}"],
  ["a second event that is no object", PLAIN, '{},"event":7'],
  ["a second seq", PLAIN, '{},"seq":2'],
  ["a batch that ends before it begins", PLAIN.replace(',"event"', ',"batch":[2,1],"event"'), "{}"],
])("a line with %s is a fault though its hash holds", (_name, header, event) => {
  expect(decode(lineText(header, event))).toMatchObject({ code: "LOG_CORRUPT" });
});

test("a line whose text is no UTF-8 is a fault though its hash holds over what was decoded", () => {
  const bytes = Buffer.from(lineText(PLAIN, '{"text":"\ufffd"}'));
  const at = bytes.indexOf(Buffer.from("\ufffd"));
  const damaged = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
  expect(decodeLine(bytes, GENESIS)).toMatchObject({ erased: false });
  expect(decodeLine(damaged, GENESIS)).toMatchObject({ code: "LOG_CORRUPT" });
});

test("after damage a line's stated hash is taken only if it is one", () => {
  const after_damage = { ...GENESIS, hash: undefined };
  const text = lineText(PLAIN, "{}");
  expect(decodeLine(Buffer.from(text), after_damage)).toMatchObject({ erased: false });
  const odd = Buffer.from(`${text.slice(0, -3)}G"}`);
  expect(decodeLine(odd, after_damage)).toMatchObject({ code: "LOG_CORRUPT", stated_hash: undefined });
});
