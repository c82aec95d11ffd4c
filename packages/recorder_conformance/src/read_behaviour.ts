import type { LogName } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, range, readAll, seqsOf } from "./observe.ts";
import { ALICE, logOf, note, notes } from "./samples.ts";

const BATCH = 25;

export function describeRead(bench: Bench): void {
  describe("read", () => {
    test.each([
      { options: {}, seqs: range(1, 10) },
      { options: { after_seq: 0 }, seqs: range(1, 10) },
      { options: { after_seq: 4 }, seqs: range(5, 10) },
      { options: { until_seq: 4 }, seqs: range(1, 4) },
      { options: { after_seq: 3, until_seq: 6 }, seqs: range(4, 6) },
      { options: { until_seq: 99 }, seqs: range(1, 10) },
      { options: { after_seq: 10 }, seqs: [] },
      { options: { after_seq: 99 }, seqs: [] },
      { options: { until_seq: 0 }, seqs: [] },
      { options: { after_seq: 6, until_seq: 3 }, seqs: [] },
    ])("with $options gives the lines $seqs", async ({ options, seqs }) => {
      await bench.recorder.append(ALICE, notes(7), { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 7 });
      const all = await readAll(bench.recorder, ALICE);
      const lines = await collect(bench.recorder.read(ALICE, options));
      expect(seqsOf(lines)).toEqual(seqs);
      expect(lines).toEqual(seqs.map((seq) => all[seq - 1]));
    });

    test("knows no log that was never recorded", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const strangers: LogName[] = [
        { ...ALICE, user_id: "bob" },
        { ...ALICE, session_id: "sess_unknown" },
        { ...ALICE, session_id: "s".repeat(255) },
      ];
      for (const log of strangers) await expectCode(readAll(bench.recorder, log), "LOG_NOT_FOUND");
    });

    test("gives all of a batch or nothing of it while it is being recorded", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      for (const round of range(0, 9)) {
        const expected_seq = 1 + round * BATCH;
        const appending = bench.recorder.append(ALICE, notes(BATCH), { expected_seq });
        const lines = await readAll(bench.recorder, ALICE);
        expect([expected_seq, expected_seq + BATCH]).toContain(lines.length);
        expect(seqsOf(lines)).toEqual(range(1, lines.length));
        await appending;
      }
    });

    test("can be left early, and the log goes on", async () => {
      await bench.recorder.append(ALICE, notes(5), { expected_seq: 0 });
      for await (const line of bench.recorder.read(ALICE)) {
        expect(line.seq).toBe(1);
        break;
      }
      await bench.recorder.append(ALICE, [note(6)], { expected_seq: 5 });
      expect(await readAll(bench.recorder, ALICE)).toHaveLength(6);
    });

    test("gives lines that their reader may change without harm", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const [line] = await readAll(bench.recorder, ALICE);
      line!.event["number"] = "changed";
      expect((await readAll(bench.recorder, ALICE))[0]!.event["number"]).toBe(1);
    });

    test("several reads of several logs go on at once", async () => {
      const logs = range(1, 5).map((number) => logOf("alice", number));
      for (const log of logs) await bench.recorder.append(log, notes(5), { expected_seq: 0 });
      const reads = await Promise.all([...logs, ...logs].map((log) => readAll(bench.recorder, log)));
      for (const lines of reads) expect(seqsOf(lines)).toEqual(range(1, 5));
    });
  });
}
