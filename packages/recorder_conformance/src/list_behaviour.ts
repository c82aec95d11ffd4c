import {
  type LogName,
  positionOf,
  type Recorder,
  type SessionEntry,
  type SessionQuery,
} from "@session-ledger/schema_recorder";
import type { EventToAppend, SessionKind } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, range } from "./observe.ts";
import { end, logOf, note, start } from "./samples.ts";

const FIRST_START_MS = Date.parse("2026-11-21T09:00:00.000Z");
const USERS = ["ada", "bob", "Zoe"] as const;
const OPEN: SessionQuery = {
  kinds: ["interaction", "execution"],
  states: ["active", "paused", "stopped"],
  limit: 1_000,
};
const EVERY: SessionQuery = { ...OPEN, states: ["active", "paused", "stopped", "deleted"] };

export function describeList(bench: Bench): void {
  describe("a list", () => {
    test("is empty while there is nothing to list", async () => {
      expect(await bench.recorder.list(EVERY)).toEqual({ entries: [] });
    });

    test("gives the newest first, and of one time the greater names, on both sides of a restart", async () => {
      await recordMany(bench.recorder, 1, 20);
      await bench.restart();
      await recordMany(bench.recorder, 21, 40);
      const { entries } = await bench.recorder.list(EVERY);
      expect(entries).toHaveLength(40);
      expect(entries).toEqual(await inOrder(bench.recorder));
    });

    test.each<Partial<SessionQuery>>([
      { user_id: "ada" },
      { user_id: "nobody" },
      { states: ["paused"] },
      { states: ["stopped", "deleted"], user_id: "bob" },
      { kinds: ["execution"] },
      { kinds: [] },
      { states: [] },
      { started_after_ms: FIRST_START_MS + 5_000 },
      { started_before_ms: FIRST_START_MS + 5_000 },
      { started_after_ms: FIRST_START_MS + 3_000, started_before_ms: FIRST_START_MS + 9_000, user_id: "Zoe" },
      { kinds: ["execution"], states: ["active"], started_after_ms: FIRST_START_MS },
    ])("of %j holds what it asks for and nothing else, in pages of any size", async (asked) => {
      await recordMany(bench.recorder, 1, 24);
      await bench.restart();
      await recordMany(bench.recorder, 25, 40);
      const query = { ...EVERY, ...asked };
      const expected = (await inOrder(bench.recorder)).filter((entry) => isAskedFor(query, entry));
      for (const limit of [1, 3, 7, 200]) {
        expect(await pagesOf(bench.recorder, { ...query, limit })).toEqual(expected);
      }
    });

    test("of one user begins at any place, also at another user's", async () => {
      await recordMany(bench.recorder, 1, 24);
      await bench.restart();
      const all = await inOrder(bench.recorder);
      for (const user_id of USERS) {
        for (const [index, entry] of all.entries()) {
          const query = { ...EVERY, user_id, after: positionOf(entry) };
          const expected = all.slice(index + 1).filter(({ log }) => log.user_id === user_id);
          expect((await bench.recorder.list(query)).entries).toEqual(expected);
        }
      }
    });

    test("holds no session of another kind, and no log without a start", async () => {
      const [agent, bare, own] = [1, 2, 3].map((number) => logOf("ada", number)) as [
        LogName,
        LogName,
        LogName,
      ];
      await bench.recorder.append(agent, [startOf(agent, 1, "agent")], { expected_seq: 0 });
      await bench.recorder.append(bare, [note(1)], { expected_seq: 0 });
      await bench.recorder.append(own, [startOf(own, 3, "interaction")], { expected_seq: 0 });
      expect((await bench.recorder.list(EVERY)).entries.map(({ log }) => log)).toEqual([own]);
      await bench.restart();
      expect((await bench.recorder.list(EVERY)).entries.map(({ log }) => log)).toEqual([own]);
    });

    test("has a log from the line on with which it becomes a session", async () => {
      const log = logOf("ada", 1);
      await bench.recorder.append(log, [note(1)], { expected_seq: 0 });
      expect((await bench.recorder.list(EVERY)).entries).toEqual([]);
      await bench.recorder.append(log, [startOf(log, 1, "interaction")], { expected_seq: 1 });
      expect((await bench.recorder.list(EVERY)).entries.map((entry) => entry.log)).toEqual([log]);
    });

    test("passes over as many as it is told to, on both sides of a restart", async () => {
      await recordMany(bench.recorder, 1, 12);
      await bench.restart();
      await recordMany(bench.recorder, 13, 24);
      const all = (await bench.recorder.list(EVERY)).entries;
      for (const skip of [0, 1, 11, 12, 13, 23, 24, 99]) {
        const page = await bench.recorder.list({ ...EVERY, skip, limit: 4 });
        expect(page.entries).toEqual(all.slice(skip, skip + 4));
      }
    });

    test("follows a session that changes after a restart, and names it once", async () => {
      const log = logOf("ada", 1);
      await bench.recorder.append(log, [startOf(log, 1, "interaction")], { expected_seq: 0 });
      await bench.restart();
      await bench.recorder.append(log, [end(log)], { expected_seq: 1 });
      expect((await bench.recorder.list({ ...OPEN, states: ["active"] })).entries).toEqual([]);
      const { entries } = await bench.recorder.list({ ...OPEN, states: ["stopped", "active"] });
      expect(entries.map(({ state }) => [state.seq, state.status])).toEqual([[2, "stopped"]]);
    });

    test("shifts nothing for who pages through it while sessions are added", async () => {
      await recordMany(bench.recorder, 1, 12);
      await bench.restart();
      const before = await inOrder(bench.recorder);
      const seen: SessionEntry[] = [];
      let query: SessionQuery = { ...EVERY, limit: 5 };
      for (let added = 12; ; added += 3) {
        const { entries, next } = await bench.recorder.list(query);
        seen.push(...entries);
        if (next === undefined) break;
        query = { ...query, after: next };
        await recordMany(bench.recorder, added + 1, added + 3);
      }
      expect(seen).toEqual(before);
    });

    test("puts sessions in the order of time, whatever the zones that their starts are told in", async () => {
      const times = ["2026-03-01T10:00:00+02:00", "2026-03-01T08:30:00Z", "2026-03-01T07:59:59.999999-01:00"];
      const logs = times.map((_time, index) => logOf("ada", index + 1));
      for (const [index, log] of logs.entries()) {
        const { event, ...line } = start(log);
        const timed = { ...line, event: { ...event, start_time: times[index]! } };
        await bench.recorder.append(log, [timed], { expected_seq: 0 });
      }
      const newest_first = [logs[2], logs[1], logs[0]];
      expect((await bench.recorder.list(EVERY)).entries.map(({ log }) => log)).toEqual(newest_first);
      await bench.restart();
      expect((await bench.recorder.list(EVERY)).entries.map(({ log }) => log)).toEqual(newest_first);
    });
  });

  describe("a count", () => {
    test("is that of the list, whatever happens after it was first asked for", async () => {
      await recordMany(bench.recorder, 1, 12);
      await expectCounted(bench.recorder);
      await bench.restart();
      await expectCounted(bench.recorder);
      await recordMany(bench.recorder, 13, 24);
      await expectCounted(bench.recorder);
      const open = (await bench.recorder.list({ ...EVERY, states: ["active"] })).entries;
      for (const { log, state } of open.slice(0, 3)) {
        await bench.recorder.append(log, [end(log)], { expected_seq: state.seq });
      }
      await expectCounted(bench.recorder);
      for (const { log } of open.slice(2)) await bench.recorder.erase(log);
      await expectCounted(bench.recorder);
      await bench.restart();
      await expectCounted(bench.recorder);
    });

    test("leaves other kinds and other users out", async () => {
      const log = logOf("ada", 1);
      await bench.recorder.append(log, [startOf(log, 1, "agent")], { expected_seq: 0 });
      const counted = { user_id: "ada", kinds: ["agent"], states: ["active"] } as const;
      expect(await bench.recorder.count(counted)).toBe(1);
      expect(await bench.recorder.count({ ...counted, user_id: "bob" })).toBe(0);
      expect(await bench.recorder.count({ ...counted, kinds: ["anonymous"] })).toBe(0);
    });
  });
}

/** How many sessions of each state a user has, told twice: by the list and by the count. */
async function expectCounted(recorder: Recorder): Promise<void> {
  for (const user_id of USERS) {
    for (const state of EVERY.states) {
      const { entries } = await recorder.list({ ...EVERY, user_id, states: [state] });
      expect(await recorder.count({ user_id, kinds: EVERY.kinds, states: [state] })).toBe(entries.length);
    }
    const { entries } = await recorder.list({ ...EVERY, user_id });
    expect(await recorder.count({ user_id, kinds: EVERY.kinds, states: EVERY.states })).toBe(entries.length);
  }
}

/** Records sessions of every state and both kinds; three in a row start in the same second. */
async function recordMany(recorder: Recorder, first: number, last: number): Promise<void> {
  for (const number of range(first, last)) {
    const log = logOf(USERS[number % USERS.length]!, number);
    const kind = number % 4 === 0 ? "execution" : "interaction";
    const events = [startOf(log, number, kind), ...changesOf(log, number % 5)];
    await recorder.append(log, events, { expected_seq: 0 });
  }
}

function startOf(log: LogName, number: number, kind: SessionKind): EventToAppend {
  const { event, ...line } = start(log);
  const start_time = new Date(FIRST_START_MS + Math.floor(number / 3) * 1_000).toISOString();
  return { ...line, kind, event: { ...event, start_time } };
}

function changesOf(log: LogName, which: number): EventToAppend[] {
  const event = { record_id: "00000000-0000-4000-8000-000000000009" };
  if (which === 0) return [];
  if (which === 1) return [{ type: "session.paused", event }];
  return which === 2 ? [end(log), { type: "session.deleted", event }] : [end(log)];
}

/** Every session, the newest first, whatever the recorder's own order is. */
async function inOrder(recorder: Recorder): Promise<SessionEntry[]> {
  const entries = await collect(recorder.sessions());
  const place = ({ log, state }: SessionEntry) => `${state.started_at}/${log.user_id}/${log.session_id}`;
  return entries.sort((a, b) => (place(a) < place(b) ? 1 : -1));
}

function isAskedFor(query: SessionQuery, { log, state }: SessionEntry): boolean {
  const started_ms = Date.parse(state.started_at!);
  return (
    query.kinds.includes(state.kind) &&
    state.status !== "none" &&
    query.states.includes(state.status) &&
    (query.user_id ?? log.user_id) === log.user_id &&
    started_ms > (query.started_after_ms ?? 0) &&
    started_ms < (query.started_before_ms ?? Number.POSITIVE_INFINITY)
  );
}

/** Every entry of a list, page after page. */
async function pagesOf(recorder: Recorder, query: SessionQuery): Promise<SessionEntry[]> {
  const { entries, next } = await recorder.list(query);
  expect(entries.length).toBeLessThanOrEqual(query.limit);
  return next === undefined
    ? [...entries]
    : [...entries, ...(await pagesOf(recorder, { ...query, after: next }))];
}
