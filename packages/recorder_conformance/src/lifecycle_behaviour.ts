import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { hashesOf } from "./line_text.ts";
import { collect, expectCode, expectNoLog, range, readAll, seqsOf } from "./observe.ts";
import { ALICE, BOB, logOf, note, notes, start } from "./samples.ts";

export function describeLifecycle(bench: Bench): void {
  describe("opened and closed", () => {
    test("a recorder that is open takes appends", async () => {
      expect(await bench.recorder.readiness()).toEqual({ ready: true });
    });

    test("a restart changes no line, and the chain goes on", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 1 });
      await bench.recorder.append(BOB, notes(2), { expected_seq: 0 });
      const before = [await readAll(bench.recorder, ALICE), await readAll(bench.recorder, BOB)];
      const entries = await collect(bench.recorder.sessions());

      await bench.restart();
      expect([await readAll(bench.recorder, ALICE), await readAll(bench.recorder, BOB)]).toEqual(before);
      expect(await collect(bench.recorder.logs())).toEqual([ALICE, BOB]);
      const reopened = await collect(bench.recorder.sessions());
      expect(reopened).toHaveLength(entries.length);
      expect(reopened).toEqual(expect.arrayContaining(entries));

      await expectCode(bench.recorder.append(ALICE, [note(5)], { expected_seq: 0 }), "SEQ_CONFLICT");
      await bench.recorder.append(ALICE, [note(5)], { expected_seq: 4 });
      const lines = await readAll(bench.recorder, ALICE);
      expect(seqsOf(lines)).toEqual(range(1, 5));
      expect(lines.map(({ hash }) => hash)).toEqual(hashesOf(ALICE, lines));
    });

    test("a restart keeps nothing of what was refused", async () => {
      await expectCode(bench.recorder.append(ALICE, [note(1)], { expected_seq: 3 }), "SEQ_CONFLICT");
      await bench.restart();
      await expectNoLog(bench.recorder, ALICE);
    });

    test("a recorder that is closed takes nothing more", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const closed = bench.recorder;
      await closed.close();
      await expectCode(closed.append(ALICE, [note(2)], { expected_seq: 1 }), "STORE_UNAVAILABLE");
      await expectCode(closed.append(BOB, [note(1)], { expected_seq: 0 }), "STORE_UNAVAILABLE");
      expect(await closed.readiness()).toMatchObject({ ready: false });
      await bench.restart();
      expect(await readAll(bench.recorder, ALICE)).toHaveLength(1);
      await expectNoLog(bench.recorder, BOB);
    });

    test("a read that closing overtakes gives every line or fails: it is not cut short", async () => {
      await bench.recorder.append(ALICE, notes(5), { expected_seq: 0 });
      const lines = bench.recorder.read(ALICE)[Symbol.asyncIterator]();
      await lines.next();
      await bench.recorder.close();
      const rest = collect({ [Symbol.asyncIterator]: () => lines });
      await rest.then(
        (read) => expect(seqsOf(read)).toEqual(range(2, 5)),
        (error) => expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" }),
      );
    });

    test("closing twice is closing once", async () => {
      await bench.recorder.close();
      await bench.recorder.close();
    });

    test("each append that closing overtakes is either recorded or refused", async () => {
      const logs = range(1, 20).map((number) => logOf("alice", number));
      const appending = Promise.allSettled(
        logs.map((log) => bench.recorder.append(log, notes(2), { expected_seq: 0 })),
      );
      await bench.restart();
      const outcomes = await appending;
      for (const [index, outcome] of outcomes.entries()) {
        const log = logs[index]!;
        if (outcome.status === "fulfilled") expect(await readAll(bench.recorder, log)).toEqual(outcome.value);
        else {
          expect(outcome.reason).toMatchObject({ code: "STORE_UNAVAILABLE" });
          await expectNoLog(bench.recorder, log);
        }
      }
    });
  });
}
