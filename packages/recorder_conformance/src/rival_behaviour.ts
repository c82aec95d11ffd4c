import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, expectNoLog, expectOneWinner, range, readAll } from "./observe.ts";
import { ALICE, end, logOf, note, notes, start } from "./samples.ts";

const ROUNDS = 20;

/** What two recorders that are open on one store owe each other. */
export function describeRivals(bench: Bench): void {
  describe("two recorders on one store", () => {
    test("race for one seq, and one wins", async () => {
      const rival = await bench.openRival();
      for (const seq of range(0, ROUNDS - 1)) {
        const outcomes = await Promise.allSettled(
          [bench.recorder, rival].map((recorder, number) =>
            recorder.append(ALICE, [note(number)], { expected_seq: seq }),
          ),
        );
        const winner = expectOneWinner(outcomes, "SEQ_CONFLICT");
        const lines = await readAll(bench.recorder, ALICE);
        expect(lines).toHaveLength(seq + 1);
        expect(lines.at(-1)).toEqual(winner[0]);
        expect(await readAll(rival, ALICE)).toEqual(lines);
      }
    });

    test("race for one claim, and one wins", async () => {
      const rival = await bench.openRival();
      for (const round of range(1, ROUNDS)) {
        const claim = `active:user${round}`;
        const logs = [1, 2].map((number) => logOf(`user${round}`, number));
        const outcomes = await Promise.allSettled(
          [bench.recorder, rival].map(async (recorder, index) => {
            const log = logs[index]!;
            await recorder.append(log, [start(log)], { expected_seq: 0, claim });
            return log;
          }),
        );
        const winner = expectOneWinner(outcomes, "CLAIM_TAKEN");
        expect(await bench.recorder.holderOf(claim)).toEqual(winner);
        expect(await rival.holderOf(claim)).toEqual(winner);
        const loser = logs.find((log) => log !== winner)!;
        await expectNoLog(bench.recorder, loser);
        await expectNoLog(rival, loser);
      }
    });

    test("see each other's lines, claims and releases", async () => {
      const rival = await bench.openRival();
      const claim = "active:alice";
      const second = logOf("alice", 2);
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim });
      await expectCode(rival.append(second, [start(second)], { expected_seq: 0, claim }), "CLAIM_TAKEN");
      await rival.append(ALICE, [end(ALICE)], { expected_seq: 1, release: claim });
      await bench.recorder.append(second, [start(second)], { expected_seq: 0, claim });
      expect(await rival.holderOf(claim)).toEqual(second);
      expect(await collect(rival.logs())).toEqual(await collect(bench.recorder.logs()));
    });

    test("one tails what the other records", async () => {
      const rival = await bench.openRival();
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const stop = new AbortController();
      const options = { after_seq: 1, signal: stop.signal };
      const lines = rival.tail(ALICE, options)[Symbol.asyncIterator]();
      const second = lines.next();
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 1 });
      expect((await second).value?.seq).toBe(2);
      expect((await lines.next()).value?.seq).toBe(3);
      stop.abort();
      expect((await lines.next()).done).toBe(true);
    });

    test("one goes on when the other is closed", async () => {
      const rival = await bench.openRival();
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: "active:alice" });
      await bench.recorder.close();
      expect(await rival.holderOf("active:alice")).toEqual(ALICE);
      await rival.append(ALICE, [note(2)], { expected_seq: 1 });
      expect(await readAll(rival, ALICE)).toHaveLength(2);
    });
  });
}
