import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, expectNoLog, expectOneWinner, readAll, seqsOf } from "./observe.ts";
import { ALICE, BOB, end, note, start } from "./samples.ts";

export function describeArchive(bench: Bench): void {
  const recordEnded = () =>
    bench.recorder.append(ALICE, [start(ALICE), note(2), end(ALICE)], { expected_seq: 0 });

  describe("archive and restore", () => {
    test("an archived session is found with its state, and its log is not listed", async () => {
      await recordEnded();
      const [before] = await bench.recorder.find(ALICE.session_id);
      await bench.recorder.archive(ALICE);
      const archived = { ...before, archived_at: "2026-11-21T09:30:00.000Z" };
      expect(await bench.recorder.find(ALICE.session_id)).toEqual([archived]);
      expect(await collect(bench.recorder.logs())).toEqual([]);
      await bench.restart();
      expect(await bench.recorder.find(ALICE.session_id)).toEqual([archived]);
      expect(await collect(bench.recorder.sessions())).toEqual([archived]);
    });

    test("an archived log can be neither read nor appended to, also after a restart", async () => {
      await recordEnded();
      await bench.recorder.archive(ALICE);
      for (let opened = 0; opened < 2; opened += 1) {
        await expectCode(readAll(bench.recorder, ALICE), "LOG_ARCHIVED");
        await expectCode(bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 }), "LOG_ARCHIVED");
        await expectCode(bench.recorder.append(ALICE, [note(4)], { expected_seq: 0 }), "SEQ_CONFLICT");
        await bench.restart();
      }
    });

    test("an append that waits for an archiving is refused", async () => {
      await recordEnded();
      const archiving = bench.recorder.archive(ALICE);
      await expectCode(bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 }), "LOG_ARCHIVED");
      await archiving;
      await bench.recorder.restore(ALICE);
      expect(seqsOf(await readAll(bench.recorder, ALICE))).toEqual([1, 2, 3]);
    });

    test("a restored log has the same lines, and takes further ones", async () => {
      const lines = await recordEnded();
      const before = await bench.recorder.find(ALICE.session_id);
      await bench.recorder.archive(ALICE);
      await bench.recorder.restore(ALICE);
      expect(await readAll(bench.recorder, ALICE)).toEqual(lines);
      expect(await bench.recorder.find(ALICE.session_id)).toEqual(before);
      await bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 });
      await bench.restart();
      expect(seqsOf(await readAll(bench.recorder, ALICE))).toEqual([1, 2, 3, 4]);
    });

    test("a log that was archived before a restart can be restored after it", async () => {
      const lines = await recordEnded();
      await bench.recorder.archive(ALICE);
      await bench.restart();
      await bench.recorder.restore(ALICE);
      await bench.restart();
      expect(await readAll(bench.recorder, ALICE)).toEqual(lines);
    });

    test("only a session that has ended is archived", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0 });
      await expectCode(bench.recorder.archive(ALICE), "LOG_NOT_ENDED");
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 1 });
      await expectCode(bench.recorder.archive(ALICE, { expected_seq: 1 }), "SEQ_CONFLICT");
      await bench.recorder.archive(ALICE, { expected_seq: 2 });
      await expectCode(bench.recorder.archive(ALICE), "LOG_ARCHIVED");
    });

    test("what is not there, or not archived, is refused", async () => {
      await expectCode(bench.recorder.archive(BOB), "LOG_NOT_FOUND");
      await expectCode(bench.recorder.restore(BOB), "LOG_NOT_FOUND");
      await recordEnded();
      await expectCode(bench.recorder.restore(ALICE), "LOG_NOT_ARCHIVED");
    });

    test("of two at once exactly one succeeds", async () => {
      await recordEnded();
      const archived = await Promise.allSettled([
        bench.recorder.archive(ALICE),
        bench.recorder.archive(ALICE),
      ]);
      expectOneWinner(archived, "LOG_ARCHIVED");
      const restored = await Promise.allSettled([
        bench.recorder.restore(ALICE),
        bench.recorder.restore(ALICE),
      ]);
      expectOneWinner(restored, "LOG_NOT_ARCHIVED");
    });

    test("an archived log can be erased", async () => {
      await recordEnded();
      await bench.recorder.archive(ALICE);
      await bench.recorder.erase(ALICE);
      await expectNoLog(bench.recorder, ALICE);
      await bench.restart();
      await expectNoLog(bench.recorder, ALICE);
    });
  });
}
