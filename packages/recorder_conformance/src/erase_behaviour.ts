import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, expectNoLog, expectOneWinner, range, readAll, seqsOf } from "./observe.ts";
import { ALICE, BOB, end, logOf, note, notes, start } from "./samples.ts";

const BY_OPERATOR = { trigger: "operator", reason: "asked for" } as const;

export function describeErase(bench: Bench): void {
  describe("erase", () => {
    test("leaves nothing of a log, and every other log as it was", async () => {
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 0 });
      await bench.recorder.append(BOB, notes(2), { expected_seq: 0 });
      await bench.recorder.erase(ALICE);
      await expectNoLog(bench.recorder, ALICE);
      expect(await collect(bench.recorder.sessions())).toHaveLength(1);
      expect(seqsOf(await readAll(bench.recorder, BOB))).toEqual([1, 2]);
    });

    test("is not undone by a restart", async () => {
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 0 });
      await bench.recorder.erase(ALICE);
      await bench.restart();
      await expectNoLog(bench.recorder, ALICE);
      await bench.restart();
      await expectNoLog(bench.recorder, ALICE);
    });

    test("frees the claim of the log", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: "active:alice" });
      await bench.recorder.erase(ALICE);
      expect(await bench.recorder.holderOf("active:alice")).toBeUndefined();
      const next = logOf("alice", 2);
      await bench.recorder.append(next, [start(next)], { expected_seq: 0, claim: "active:alice" });
      expect(await bench.recorder.holderOf("active:alice")).toEqual(next);
    });

    test("of a log that never was, or was erased, is refused", async () => {
      await expectCode(bench.recorder.erase(ALICE), "LOG_NOT_FOUND");
      await bench.recorder.append(ALICE, notes(1), { expected_seq: 0 });
      await bench.recorder.erase(ALICE);
      await expectCode(bench.recorder.erase(ALICE), "LOG_NOT_FOUND");
      await expectCode(bench.recorder.erase({ ...ALICE, session_id: "../x" }), "REQUEST_INVALID");
    });

    test("of two at once exactly one succeeds", async () => {
      await bench.recorder.append(ALICE, notes(1), { expected_seq: 0 });
      const outcomes = await Promise.allSettled([bench.recorder.erase(ALICE), bench.recorder.erase(ALICE)]);
      expectOneWinner(outcomes, "LOG_NOT_FOUND");
    });

    test("that was decided on another line is refused, and changes nothing", async () => {
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 0 });
      await expectCode(bench.recorder.erase(ALICE, { expected_seq: 2 }), "SEQ_CONFLICT");
      expect(await readAll(bench.recorder, ALICE)).toHaveLength(3);
      await bench.recorder.erase(ALICE, { expected_seq: 3 });
      await expectNoLog(bench.recorder, ALICE);
    });

    test("goes after the appends that were asked for before it", async () => {
      const appended = bench.recorder.append(ALICE, notes(2), { expected_seq: 0 });
      await Promise.all([appended, bench.recorder.erase(ALICE, { expected_seq: 2 })]);
      await expectNoLog(bench.recorder, ALICE);
    });

    test("refuses an append that was decided on what is gone", async () => {
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 0 });
      const erased = bench.recorder.erase(ALICE);
      await expectCode(bench.recorder.append(ALICE, [note(3)], { expected_seq: 2 }), "SEQ_CONFLICT");
      await erased;
      await expectNoLog(bench.recorder, ALICE);
    });

    test("a log made again under the same name has none of the old lines, also after a restart", async () => {
      await bench.recorder.append(ALICE, notes(5), { expected_seq: 0 });
      await bench.recorder.erase(ALICE);
      const lines = await bench.recorder.append(ALICE, [note(7), note(8)], { expected_seq: 0 });
      expect(await readAll(bench.recorder, ALICE)).toEqual(lines);
      await bench.restart();
      expect(await readAll(bench.recorder, ALICE)).toEqual(lines);
    });

    test("many at once leave the others alone", async () => {
      const logs = range(1, 40).map((number) => logOf("_anonymous", number));
      for (const log of logs) await bench.recorder.append(log, notes(2), { expected_seq: 0 });
      const kept = logs.filter((_, index) => index % 2 === 0);
      const gone = logs.filter((_, index) => index % 2 === 1);
      await Promise.all([
        ...gone.map((log) => bench.recorder.erase(log)),
        ...kept.map((log) => bench.recorder.append(log, [note(3)], { expected_seq: 2 })),
      ]);
      expect(await collect(bench.recorder.logs())).toEqual(kept);
      await bench.restart();
      for (const log of kept) expect(seqsOf(await readAll(bench.recorder, log))).toEqual([1, 2, 3]);
      for (const log of gone) await expectNoLog(bench.recorder, log);
    });

    test("ends a tail of the log", async () => {
      await bench.recorder.append(ALICE, notes(1), { expected_seq: 0 });
      const tail = bench.recorder.tail(ALICE, { signal: new AbortController().signal });
      const lines = tail[Symbol.asyncIterator]();
      await lines.next();
      const next = lines.next();
      await Promise.all([expectCode(next, "LOG_NOT_FOUND"), bench.recorder.erase(ALICE)]);
    });

    test("without a note is not remembered", async () => {
      await bench.recorder.append(ALICE, notes(1), { expected_seq: 0 });
      await bench.recorder.erase(ALICE);
      expect(await bench.recorder.erasureOf(ALICE.session_id)).toBeUndefined();
      expect(await bench.recorder.erasureOf("never")).toBeUndefined();
    });

    test("with a note is remembered, also over a restart", async () => {
      await bench.recorder.append(ALICE, [start(ALICE), end(ALICE)], { expected_seq: 0 });
      bench.now += 1_000;
      await bench.recorder.erase(ALICE, { note: BY_OPERATOR });
      const erasure = {
        erased_at: "2026-11-21T09:30:01.123Z",
        kind: "interaction",
        lines: 2,
        ...BY_OPERATOR,
      };
      expect(await bench.recorder.erasureOf(ALICE.session_id)).toEqual(erasure);
      await bench.restart();
      expect(await bench.recorder.erasureOf(ALICE.session_id)).toEqual(erasure);
      expect(await bench.recorder.erasureOf(BOB.session_id)).toBeUndefined();
    });
  });
}
