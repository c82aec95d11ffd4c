import type { Recorder } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, range, readAll, seqsOf } from "./observe.ts";
import { ALICE, BOB, note, notes } from "./samples.ts";

const LIVE_LINES = 60;

export function describeTail(bench: Bench): void {
  describe("tail", () => {
    test("gives what is recorded, then each further line, and ends at the signal", async () => {
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 0 });
      const stop = new AbortController();
      const lines = bench.recorder.tail(ALICE, { signal: stop.signal })[Symbol.asyncIterator]();
      expect((await lines.next()).value?.seq).toBe(1);
      expect((await lines.next()).value?.seq).toBe(2);

      const third = lines.next();
      const [recorded] = await bench.recorder.append(ALICE, [note(3)], { expected_seq: 2 });
      expect((await third).value).toEqual(recorded);

      await bench.recorder.append(BOB, [note(1)], { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 3 });
      expect((await lines.next()).value?.seq).toBe(4);
      expect((await lines.next()).value?.seq).toBe(5);

      const ending = lines.next();
      stop.abort();
      expect((await ending).done).toBe(true);
    });

    test("begins after the line that the caller has", async () => {
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 0 });
      const stop = new AbortController();
      const options = { after_seq: 3, signal: stop.signal };
      const lines = bench.recorder.tail(ALICE, options)[Symbol.asyncIterator]();
      const fourth = lines.next();
      await bench.recorder.append(ALICE, [note(4)], { expected_seq: 3 });
      expect((await fourth).value?.seq).toBe(4);
      stop.abort();
      expect((await lines.next()).done).toBe(true);
    });

    test("leaves out and repeats nothing while the log grows, for any number of tails", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const tails = range(1, 4).map(() => tailUntil(bench.recorder, LIVE_LINES));
      let seq = 1;
      while (seq < LIVE_LINES) {
        const events = notes(Math.min(1 + (seq % 3), LIVE_LINES - seq));
        await bench.recorder.append(ALICE, events, { expected_seq: seq });
        seq += events.length;
      }
      tails.push(tailUntil(bench.recorder, LIVE_LINES));
      const all = await readAll(bench.recorder, ALICE);
      for (const lines of await Promise.all(tails)) {
        expect(seqsOf(lines)).toEqual(range(1, LIVE_LINES));
        expect(lines).toEqual(all);
      }
    });

    test("gives nothing of an append that failed", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const stop = new AbortController();
      const options = { after_seq: 1, signal: stop.signal };
      const lines = bench.recorder.tail(ALICE, options)[Symbol.asyncIterator]();
      const next = lines.next();
      await expectCode(bench.recorder.append(ALICE, [note(7)], { expected_seq: 7 }), "SEQ_CONFLICT");
      await bench.recorder.append(ALICE, [note(2)], { expected_seq: 1 });
      expect((await next).value?.event["number"]).toBe(2);
      stop.abort();
      expect((await lines.next()).done).toBe(true);
    });

    test("gives nothing if the signal came before", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      expect(await collect(bench.recorder.tail(ALICE, { signal: AbortSignal.abort() }))).toEqual([]);
    });

    test("knows no log that was never recorded", async () => {
      const { signal } = new AbortController();
      await expectCode(collect(bench.recorder.tail(ALICE, { signal })), "LOG_NOT_FOUND");
    });

    test("ends when the recorder is closed", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const { signal } = new AbortController();
      const lines = bench.recorder.tail(ALICE, { signal })[Symbol.asyncIterator]();
      await lines.next();
      const ending = lines.next();
      await bench.recorder.close();
      expect((await ending).done).toBe(true);
    });
  });
}

/** The lines of a tail of ALICE's log, up to and with the line `last`, at which it is ended by its signal. */
async function tailUntil(recorder: Recorder, last: number): Promise<Line[]> {
  const stop = new AbortController();
  const lines: Line[] = [];
  for await (const line of recorder.tail(ALICE, { signal: stop.signal })) {
    lines.push(line);
    if (line.seq >= last) stop.abort();
  }
  return lines;
}
