import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, expectNoLog, expectOneWinner, range, readAll, seqsOf } from "./observe.ts";
import { ALICE, BOB, holding, logOf, note, notes } from "./samples.ts";

const RIVALS = 100;
const LOGS = 40;

export function describeAppend(bench: Bench): void {
  describe("append", () => {
    test("the first append creates the log", async () => {
      await expectNoLog(bench.recorder, ALICE);
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      expect(await collect(bench.recorder.logs())).toEqual([ALICE]);
      expect(seqsOf(await readAll(bench.recorder, ALICE))).toEqual([1]);
    });

    test("seq counts from 1 without gaps, in each log for itself", async () => {
      for (const seq of range(0, 4)) {
        await bench.recorder.append(ALICE, [note(seq)], { expected_seq: seq });
        await bench.recorder.append(BOB, [note(seq)], { expected_seq: seq });
      }
      expect(seqsOf(await readAll(bench.recorder, ALICE))).toEqual(range(1, 5));
      expect(seqsOf(await readAll(bench.recorder, BOB))).toEqual(range(1, 5));
    });

    test("what an append returns is what is read", async () => {
      const first = await bench.recorder.append(ALICE, notes(3), { expected_seq: 0 });
      const second = await bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 });
      expect(await readAll(bench.recorder, ALICE)).toEqual([...first, ...second]);
    });

    test("an append is visible once it resolved", async () => {
      for (const seq of range(0, 9)) {
        await bench.recorder.append(ALICE, [note(seq)], { expected_seq: seq });
        expect(await readAll(bench.recorder, ALICE)).toHaveLength(seq + 1);
        expect((await bench.recorder.find(ALICE.session_id))[0]?.state.seq).toBe(seq + 1);
      }
    });

    test.each([0, 1, 3, 99])(
      "a log at seq 2 that is expected at %i is left as it is",
      async (expected_seq) => {
        await bench.recorder.append(ALICE, notes(2), { expected_seq: 0 });
        const before = await readAll(bench.recorder, ALICE);
        await expectCode(bench.recorder.append(ALICE, [note(3)], { expected_seq }), "SEQ_CONFLICT");
        expect(await readAll(bench.recorder, ALICE)).toEqual(before);
        await bench.recorder.append(ALICE, [note(3)], { expected_seq: 2 });
      },
    );

    test("a log that is expected and does not exist is not created", async () => {
      await expectCode(bench.recorder.append(ALICE, [note(1)], { expected_seq: 1 }), "SEQ_CONFLICT");
      await expectNoLog(bench.recorder, ALICE);
    });

    test.each([0, 2])("of many appends at once that all expect seq %i, one wins", async (expected_seq) => {
      if (expected_seq > 0) await bench.recorder.append(ALICE, notes(expected_seq), { expected_seq: 0 });
      const outcomes = await Promise.allSettled(
        range(1, RIVALS).map((number) => bench.recorder.append(ALICE, [note(number)], { expected_seq })),
      );
      const winner = expectOneWinner(outcomes, "SEQ_CONFLICT");
      const lines = await readAll(bench.recorder, ALICE);
      expect(seqsOf(lines)).toEqual(range(1, expected_seq + 1));
      expect(lines.at(-1)).toEqual(winner[0]);
    });

    test("appends to many logs at once do not mix", async () => {
      await Promise.all(
        range(1, LOGS).map(async (number) => {
          const log = logOf(`user${number % 3}`, number);
          await bench.recorder.append(log, [holding({ number, turn: 1 })], { expected_seq: 0 });
          await bench.recorder.append(log, [holding({ number, turn: 2 })], { expected_seq: 1 });
        }),
      );
      for (const number of range(1, LOGS)) {
        const lines = await readAll(bench.recorder, logOf(`user${number % 3}`, number));
        expect(lines.map(({ event }) => event)).toEqual([1, 2].map((turn) => ({ number, turn })));
      }
    });

    test("a batch says of each line which of how many it is, and a single line says nothing", async () => {
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 0 });
      await bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 });
      const lines = await readAll(bench.recorder, ALICE);
      expect(lines.map(({ batch }) => batch)).toEqual([[1, 3], [2, 3], [3, 3], undefined]);
    });

    test.each([0, 1, 2])("a batch whose event at %i is refused is refused whole", async (at) => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const before = await readAll(bench.recorder, ALICE);
      const batch = notes(3).with(at, holding({ inexact: 2 ** 53 }));
      await expectCode(bench.recorder.append(ALICE, batch, { expected_seq: 1 }), "JSON_NUMBER_INEXACT");
      await expectCode(bench.recorder.append(BOB, batch, { expected_seq: 0 }), "JSON_NUMBER_INEXACT");
      expect(await readAll(bench.recorder, ALICE)).toEqual(before);
      await expectNoLog(bench.recorder, BOB);
    });
  });
}
