import type { EventToAppend } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { hashesOf, keysInOrder } from "./line_text.ts";
import { readAll } from "./observe.ts";
import { ALICE, BOB, note, notes, start } from "./samples.ts";

/** Every key that a caller may set, in an order that is not the line's. */
const WITH_EVERY_KEY: EventToAppend = {
  event: { record_id: "a0000000-0000-4000-8000-000000000001", text: 'it says ,"event": and ,"hash":"' },
  trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  epoch: 7,
  imported: { recorded_at: "2025-06-20T12:00:00.123456Z", source_line: 3, source_lines: 9 },
  idempotency: { key: "retry-1", body_sha256: "0123456789abcdef".repeat(4) },
  cause: { trigger: "operator", principal: "ops", reason: "line\u2028separator, \ud800 and \u{1f600}" },
  kind: "execution",
  type: "session.started",
};

export function describeLine(bench: Bench): void {
  describe("a line", () => {
    test("keeps every optional key, in the fixed order", async () => {
      const returned = await bench.recorder.append(ALICE, [WITH_EVERY_KEY, note(2)], { expected_seq: 0 });
      const lines = await readAll(bench.recorder, ALICE);
      expect(lines).toEqual(returned);
      expect(lines[0]).toMatchObject({ ...WITH_EVERY_KEY, batch: [1, 2] });
      for (const line of lines) expect(Object.keys(line)).toEqual(keysInOrder(line));
    });

    test("has no optional key that was not set", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const [line] = await readAll(bench.recorder, ALICE);
      expect(Object.keys(line!)).toEqual(["seq", "recorded_at", "type", "event", "hash"]);
    });

    test("leaves out the kind interaction, which is what its absence says", async () => {
      const first = { ...start(ALICE), kind: "interaction" } as const;
      const returned = await bench.recorder.append(ALICE, [first], { expected_seq: 0 });
      const [line] = await readAll(bench.recorder, ALICE);
      expect(line).not.toHaveProperty("kind");
      expect(returned[0]).not.toHaveProperty("kind");
    });

    test("carries the hash that the specification gives it", async () => {
      await bench.recorder.append(ALICE, [WITH_EVERY_KEY], { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 1 });
      await bench.recorder.append(ALICE, [note(5)], { expected_seq: 4 });
      const lines = await readAll(bench.recorder, ALICE);
      expect(lines.map(({ hash }) => hash)).toEqual(hashesOf(ALICE, lines));
    });

    test("has another hash in another log", async () => {
      const [here] = await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const [there] = await bench.recorder.append(BOB, [note(1)], { expected_seq: 0 });
      const { hash: _here, ...line } = here!;
      expect(there).toMatchObject(line);
      expect(there!.hash).not.toBe(here!.hash);
    });

    test("is recorded at the clock's time", async () => {
      bench.now = Date.parse("2026-11-21T10:00:00.007Z");
      const [line] = await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      expect(line!.recorded_at).toBe("2026-11-21T10:00:00.007Z");
    });

    test("is never recorded before the line before it, also after a restart", async () => {
      bench.now = Date.parse("2026-11-21T10:00:05.000Z");
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      bench.now -= 4_000;
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 1 });
      await bench.restart();
      await bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 });
      await bench.recorder.append(BOB, [note(1)], { expected_seq: 0 });
      bench.now += 4_001;
      await bench.recorder.append(ALICE, [note(5)], { expected_seq: 4 });

      const seconds = (await readAll(bench.recorder, ALICE)).map(({ recorded_at }) => recorded_at.slice(17));
      expect(seconds).toEqual(["05.000Z", "05.000Z", "05.000Z", "05.000Z", "05.001Z"]);
      const [other] = await readAll(bench.recorder, BOB);
      expect(other!.recorded_at.slice(17)).toBe("01.000Z");
    });
  });
}
