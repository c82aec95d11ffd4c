import { PICK_BYTES_MAX } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { expectCode, range, readAll, seqsOf } from "./observe.ts";
import { ALICE, holding, note, notes } from "./samples.ts";

/** Long enough that a store which keeps places in its logs keeps many in this one. */
const LINES = 300;

/** So many that all of them are far more than are given at once. */
const WIDE_LINES = 30;

export function describePick(bench: Bench): void {
  describe("picked lines", () => {
    test("are the lines that `read` gives, in the order in which they are named", async () => {
      await recordLong(bench);
      const all = await readAll(bench.recorder, ALICE);
      for (const seqs of [[], [1], [LINES], [17, 3, 299, 3], [250, 1, 130], range(1, LINES)]) {
        expect(await bench.recorder.pick(ALICE, seqs)).toEqual(seqs.map((seq) => all[seq - 1]));
      }
    });

    test("are the same after a restart, in whatever order they are asked for", async () => {
      await recordLong(bench);
      const all = await readAll(bench.recorder, ALICE);
      await bench.restart();
      for (const seq of [299, 1, 151, 150, 300]) {
        expect(await bench.recorder.pick(ALICE, [seq])).toEqual([all[seq - 1]]);
      }
    });

    test("are found as the log grows, those of a batch too", async () => {
      await recordLong(bench);
      for (let seq = LINES; seq < LINES + 50; seq += 5) {
        await bench.recorder.append(ALICE, notes(5), { expected_seq: seq });
        const wanted = [seq + 2, seq + 5, 7];
        expect(seqsOf(await bench.recorder.pick(ALICE, wanted))).toEqual(wanted);
      }
    });

    test("are those of the log that stands now, after one of its name was erased", async () => {
      await recordLong(bench);
      await bench.recorder.pick(ALICE, [200]);
      await bench.recorder.erase(ALICE);
      await bench.recorder.append(ALICE, [holding({ text: "y".repeat(50_000) })], { expected_seq: 0 });
      await bench.recorder.append(ALICE, [note(2)], { expected_seq: 1 });
      expect(await bench.recorder.pick(ALICE, [2, 1])).toEqual(
        (await readAll(bench.recorder, ALICE)).reverse(),
      );
    });

    test("are no more than so many bytes at once, from the first that is named on", async () => {
      await recordWide(bench);
      const all = await readAll(bench.recorder, ALICE);
      await bench.restart();
      const mixed = range(1, WIDE_LINES).sort((a, b) => (a % 7) - (b % 7));
      for (const seqs of [range(1, WIDE_LINES).reverse(), range(1, WIDE_LINES), mixed]) {
        for (let at = 0; at < seqs.length; ) {
          const lines = await bench.recorder.pick(ALICE, seqs.slice(at));
          expect(lines).toEqual(seqs.slice(at, at + lines.length).map((seq) => all[seq - 1]));
          expect(lines.length === 1 || JSON.stringify(lines).length <= PICK_BYTES_MAX).toBe(true);
          expect(lines).not.toEqual([]);
          at += lines.length;
        }
      }
    });

    test("are refused if the log does not have one of them, or is not there", async () => {
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 0 });
      await expectCode(bench.recorder.pick(ALICE, [1, 3]), "SEQ_NOT_FOUND");
      await bench.recorder.erase(ALICE);
      await expectCode(bench.recorder.pick(ALICE, [1]), "LOG_NOT_FOUND");
    });
  });
}

/** Records lines of which a few are as many as are given at once, and short ones among them. */
async function recordWide(bench: Bench): Promise<void> {
  for (let seq = 1; seq <= WIDE_LINES; seq += 1) {
    const text = "x".repeat(seq % 4 === 0 ? 10 : 90_000 + seq * 12_000);
    await bench.recorder.append(ALICE, [holding({ seq, text })], { expected_seq: seq - 1 });
  }
}

/** Records lines of different lengths, alone and in batches. */
async function recordLong(bench: Bench): Promise<void> {
  for (let seq = 0; seq < LINES; seq += 10) {
    const events = range(seq + 1, seq + 9).map((number) => holding({ number, text: "x".repeat(number * 7) }));
    await bench.recorder.append(ALICE, events, { expected_seq: seq });
    await bench.recorder.append(ALICE, [note(seq + 10)], { expected_seq: seq + 9 });
  }
}
