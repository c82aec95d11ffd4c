import { createMemoryRecorder, type LogName, type Recorder } from "@session-ledger/schema_recorder";
import { INITIAL_STATE } from "@session-ledger/session_domain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KnownSession } from "./models.ts";
import { RecordIds } from "./record_ids.ts";
import { linesOf, messageOf, startApp, TestClock } from "./test_support.ts";

/** Enough for the ids of one session, and not for those of two. */
const TIGHT = 700;

function idOf(number: number): string {
  return `abcdefab-cdef-4abc-8def-${String(number).padStart(12, "0")}`;
}

/** What is asked of a message: it is one of the user of every session here. */
function messageAt(number: number) {
  return { user_id: "u1", record_id: idOf(number) };
}

function sessionAt(log: LogName, seq: number): KnownSession {
  return { log, state: { ...INITIAL_STATE, ...log, status: "active", seq } };
}

/** A recorder that counts the lines that are replayed. */
function countingRecorder() {
  const recorder = createMemoryRecorder();
  const counted = { lines: 0 };
  const replay: Recorder["replay"] = (log, evolve, initial, options) =>
    recorder.replay(
      log,
      (state, line) => {
        counted.lines += 1;
        return evolve(state, line);
      },
      initial,
      options,
    );
  return { recorder, replay, counted };
}

async function record(recorder: Recorder, log: LogName, seq: number): Promise<KnownSession> {
  const event = { record_id: idOf(seq) };
  await recorder.append(log, [{ type: "message.appended", event }], { expected_seq: seq - 1 });
  return sessionAt(log, seq);
}

describe("the ids of records", () => {
  test("are read from the log once, and then as it grows", async () => {
    const { recorder, replay, counted } = countingRecorder();
    const log = { user_id: "u1", session_id: "a" };
    for (let seq = 1; seq <= 10; seq += 1) await record(recorder, log, seq);
    const ids = new RecordIds({ recorder: { replay }, bytes_max: TIGHT });
    for (let seq = 1; seq <= 10; seq += 1)
      expect(await ids.hasThatOf(messageAt(seq), sessionAt(log, 10))).toBe(true);
    expect(counted.lines).toBe(10);
    const grown = await record(recorder, log, 11);
    expect(await ids.hasThatOf(messageAt(11), grown)).toBe(true);
    expect(await ids.hasThatOf(messageAt(12), grown)).toBe(false);
    expect(counted.lines).toBe(11);
  });

  test("of a session that was begun here are never read while there is room", async () => {
    const { recorder, replay, counted } = countingRecorder();
    const ids = new RecordIds({ recorder: { replay }, bytes_max: TIGHT });
    const log = { user_id: "u1", session_id: "a" };
    for (let seq = 1; seq <= 5; seq += 1) {
      const session = await record(recorder, log, seq);
      ids.advance(session, (await linesOf(recorder, log)).slice(seq - 1));
      expect(await ids.hasThatOf(messageAt(seq), session)).toBe(true);
    }
    expect(counted.lines).toBe(0);
  });

  test("take no more memory than they may, and what went is read again", async () => {
    const { recorder, replay } = countingRecorder();
    const ids = new RecordIds({ recorder: { replay }, bytes_max: 2 * TIGHT });
    const logs = ["a", "b", "c", "d", "e"].map((session_id) => ({ user_id: "u1", session_id }));
    for (const log of logs) await record(recorder, log, 1);
    for (let turn = 0; turn < 3; turn += 1) {
      for (const log of logs) {
        expect(await ids.hasThatOf(messageAt(1), sessionAt(log, 1))).toBe(true);
        expect(await ids.hasThatOf(messageAt(2), sessionAt(log, 1))).toBe(false);
        expect(ids.bytes).toBeLessThanOrEqual(2 * TIGHT);
        expect(ids.bytes).toBeGreaterThan(0);
      }
    }
    for (const log of logs) {
      const { state } = sessionAt(log, 2);
      ids.advance({ log, state: { ...state, status: "stopped" } }, await linesOf(recorder, log));
    }
    expect(ids.bytes).toBe(0);
  });

  test("are all there for who asks while they are read, whatever is recorded or dropped meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            log: fc.nat(1),
            is_told: fc.boolean(),
            is_awaited: fc.boolean(),
            asked: fc.array(fc.nat(30), { maxLength: 3 }),
          }),
          { maxLength: 40 },
        ),
        fc.constantFrom(TIGHT, 2 * TIGHT),
        async (steps, bytes_max) => {
          const recorder = createMemoryRecorder();
          const ids = new RecordIds({ recorder, bytes_max });
          const seqs = [0, 0];
          const answers: Promise<void>[] = [];
          for (const { log: at, is_told, is_awaited, asked } of steps) {
            const log = { user_id: "u1", session_id: `s${at}` };
            seqs[at]! += 1;
            const seq = seqs[at]!;
            const session = await record(recorder, log, seq);
            if (is_told) ids.advance(session, (await linesOf(recorder, log)).slice(seq - 1));
            for (const each of asked) {
              const number = 1 + (each % (seq + 1));
              const answer = ids.hasThatOf(messageAt(number), session);
              // An id that is recorded after the question may be known already.
              answers.push(answer.then((is_known) => void (number <= seq && expect(is_known).toBe(true))));
            }
            if (!is_awaited) continue;
            await Promise.all(answers);
            expect(await ids.hasThatOf(messageAt(seq + 1), session)).toBe(false);
          }
          await Promise.all(answers);
        },
      ),
    );
  });
});

test("an append is refused if and only if the session has its record_id, over restarts and with little room", async () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ user: fc.nat(2), ids: fc.array(fc.nat(12), { minLength: 1 }) }) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const clock = new TestClock();
      const recorder = createMemoryRecorder({ clock: () => clock.now() });
      const start = () => startApp({ recorder, clock, config: { record_id_cache_bytes: TIGHT } });
      let { manager } = await start();
      const sessions: { log: LogName; model: Set<number> }[] = [];
      for (const user_id of ["u0", "u1", "u2"]) {
        const { answer } = await manager.service.start({ user_id, performer_id: "p" });
        sessions.push({ log: { user_id, session_id: answer.session_id }, model: new Set() });
      }
      for (const each of steps) {
        if (each === "restart") {
          ({ manager } = await start());
          continue;
        }
        const { log, model } = sessions[each.user]!;
        const expected = each.ids.map((id) => {
          const is_used = model.has(id);
          model.add(id);
          return is_used ? "RECORD_ID_REUSED" : "recorded";
        });
        const outcomes = each.ids.map((id, at) => {
          const record_id = at % 2 === 0 ? idOf(id) : idOf(id).toUpperCase();
          const append = manager.service.append(messageOf(log, { record_id }));
          return append.then(
            () => "recorded",
            ({ code }: { code?: string }) => code,
          );
        });
        expect(await Promise.all(outcomes)).toEqual(expected);
      }
    }),
  );
});
