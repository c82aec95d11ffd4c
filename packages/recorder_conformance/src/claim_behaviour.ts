import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, expectNoLog, expectOneWinner, range, readAll } from "./observe.ts";
import { ALICE, BOB, end, logOf, note, start } from "./samples.ts";

const CLAIM = "active:alice";
const SECOND = logOf("alice", 2);
const RIVALS = 50;

export function describeClaims(bench: Bench): void {
  describe("a claim", () => {
    test("is held by the log whose append took it", async () => {
      expect(await bench.recorder.holderOf(CLAIM)).toBeUndefined();
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(ALICE);
      expect(await bench.recorder.holderOf("active:bob")).toBeUndefined();
    });

    test("keeps another log from being created with it", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      const taking = bench.recorder.append(SECOND, [start(SECOND)], { expected_seq: 0, claim: CLAIM });
      await expectCode(taking, "CLAIM_TAKEN");
      await expectNoLog(bench.recorder, SECOND);
      expect(await collect(bench.recorder.sessions())).toHaveLength(1);
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(ALICE);
    });

    test("keeps another log that exists as it is", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      await bench.recorder.append(BOB, [note(1)], { expected_seq: 0 });
      const before = await readAll(bench.recorder, BOB);
      await expectCode(
        bench.recorder.append(BOB, [note(2)], { expected_seq: 1, claim: CLAIM }),
        "CLAIM_TAKEN",
      );
      expect(await readAll(bench.recorder, BOB)).toEqual(before);
      await bench.recorder.append(BOB, [note(2)], { expected_seq: 1 });
    });

    test("does not keep a log from taking another claim", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      await bench.recorder.append(BOB, [start(BOB)], { expected_seq: 0, claim: "active:bob" });
      expect(await bench.recorder.holderOf("active:bob")).toEqual(BOB);
    });

    test("is free again once its log released it", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 1, release: CLAIM });
      expect(await bench.recorder.holderOf(CLAIM)).toBeUndefined();
      await bench.recorder.append(SECOND, [start(SECOND)], { expected_seq: 0, claim: CLAIM });
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(SECOND);
    });

    test("is not released by a log that does not hold it", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      await bench.recorder.append(BOB, [note(1)], { expected_seq: 0, release: CLAIM });
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(ALICE);
    });

    test("is neither taken nor released by an append that failed", async () => {
      const conflicting = bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 1, claim: CLAIM });
      await expectCode(conflicting, "SEQ_CONFLICT");
      expect(await bench.recorder.holderOf(CLAIM)).toBeUndefined();

      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      const ending = bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 0, release: CLAIM });
      await expectCode(ending, "SEQ_CONFLICT");
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(ALICE);
    });

    test("that many logs want at once goes to one of them", async () => {
      const outcomes = await Promise.allSettled(
        range(1, RIVALS).map(async (number) => {
          const log = logOf("alice", number);
          await bench.recorder.append(log, [start(log)], { expected_seq: 0, claim: CLAIM });
          return log;
        }),
      );
      const winner = expectOneWinner(outcomes, "CLAIM_TAKEN");
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(winner);
      expect(await collect(bench.recorder.logs())).toEqual([winner]);
    });

    test("is held over a restart by a session that is open", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      await bench.restart();
      expect(await bench.recorder.holderOf(CLAIM)).toEqual(ALICE);
      const taking = bench.recorder.append(SECOND, [start(SECOND)], { expected_seq: 0, claim: CLAIM });
      await expectCode(taking, "CLAIM_TAKEN");
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 1, release: CLAIM });
      await bench.recorder.append(SECOND, [start(SECOND)], { expected_seq: 0, claim: CLAIM });
    });

    test("is free after a restart if its session ended", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: CLAIM });
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 1, release: CLAIM });
      await bench.restart();
      expect(await bench.recorder.holderOf(CLAIM)).toBeUndefined();
      await bench.recorder.append(SECOND, [start(SECOND)], { expected_seq: 0, claim: CLAIM });
    });
  });
}
