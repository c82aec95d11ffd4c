import type { LogName, Recorder, SessionEntry } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, range, readAll } from "./observe.ts";
import { ALICE, BOB, end, logOf, note, notes, recordId, start } from "./samples.ts";

export function describeCatalog(bench: Bench): void {
  describe("the catalog", () => {
    test("is empty at first", async () => {
      expect(await collect(bench.recorder.logs())).toEqual([]);
      expect(await collect(bench.recorder.sessions())).toEqual([]);
      expect(await bench.recorder.find(ALICE.session_id)).toEqual([]);
    });

    test("lists the logs in the order of their users and then of their names", async () => {
      const logs = ["bob", "Zoe", "_anonymous", "alice"].flatMap((user_id) =>
        range(1, 3).map((number) => logOf(user_id, 4 - number)),
      );
      for (const log of logs) await bench.recorder.append(log, [note(1)], { expected_seq: 0 });
      const sorted = ["Zoe", "_anonymous", "alice", "bob"].flatMap((user_id) =>
        range(1, 3).map((number) => logOf(user_id, number)),
      );
      expect(await collect(bench.recorder.logs())).toEqual(sorted);
      const entries = await collect(bench.recorder.sessions());
      expect(entries).toHaveLength(sorted.length);
      expect(entries.map(({ log }) => log)).toEqual(expect.arrayContaining(sorted));
    });

    test("follows a session from its start to its end, also over a restart", async () => {
      const options = { claim: "active:alice" };
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, ...options });
      expect((await entryOf(bench.recorder, ALICE)).state).toMatchObject({
        ...ALICE,
        status: "active",
        kind: "interaction",
        seq: 1,
        started_at: "2026-11-21T09:30:00.000Z",
        started_by: "alice",
        ended_at: null,
      });

      bench.now += 1_000;
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 1 });
      await expectLastLine(bench.recorder, ALICE);
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 4, release: "active:alice" });
      const ended = await entryOf(bench.recorder, ALICE);
      expect(ended.state).toMatchObject({ status: "stopped", seq: 5, ended_by: "alice" });
      await expectLastLine(bench.recorder, ALICE);

      await bench.restart();
      expect(await entryOf(bench.recorder, ALICE)).toEqual(ended);
      expect(await collect(bench.recorder.sessions())).toEqual([ended]);
    });

    test("keeps all of a paused and of a deleted session over a restart", async () => {
      const moment = { performer_id: "carer", pause_time: "2026-11-21T09:31:00.000Z" };
      const paused = { type: "session.paused", event: { record_id: recordId(11), ...moment } };
      const deletion = { performer_id: "carer", delete_time: "2026-11-21T09:32:00.000Z" };
      const deleted = { type: "session.deleted", event: { record_id: recordId(12), ...deletion } };
      await bench.recorder.append(ALICE, [start(ALICE), paused], { expected_seq: 0 });
      await bench.recorder.append(BOB, [start(BOB), end(BOB), deleted], { expected_seq: 0 });
      const entries = [await entryOf(bench.recorder, ALICE), await entryOf(bench.recorder, BOB)];
      expect(entries.map(({ state }) => state)).toMatchObject([
        { status: "paused", paused_at: moment.pause_time, deleted_at: null },
        { status: "deleted", deleted_at: deletion.delete_time, deleted_by: "carer" },
      ]);
      await bench.restart();
      expect([await entryOf(bench.recorder, ALICE), await entryOf(bench.recorder, BOB)]).toEqual(entries);
    });

    test("finds a session_id once for each of its owners", async () => {
      const owners = ["alice", "bob"].map((user_id) => ({ user_id, session_id: "shared" }));
      for (const log of owners) await bench.recorder.append(log, [start(log)], { expected_seq: 0 });
      await bench.recorder.append(BOB, [start(BOB)], { expected_seq: 0 });
      const logs = (await bench.recorder.find("shared")).map(({ log }) => log);
      expect(logs).toHaveLength(2);
      expect(logs).toEqual(expect.arrayContaining(owners));
      expect(await bench.recorder.find("share")).toEqual([]);
    });

    test("does not move for an append that failed", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0, claim: "active:alice" });
      const before = await collect(bench.recorder.sessions());
      await expectCode(bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 0 }), "SEQ_CONFLICT");
      const second = logOf("alice", 2);
      const taking = bench.recorder.append(second, [start(second)], {
        expected_seq: 0,
        claim: "active:alice",
      });
      await expectCode(taking, "CLAIM_TAKEN");
      expect(await collect(bench.recorder.sessions())).toEqual(before);
    });

    test("tells session_ids of more than 200 characters apart, also over a restart", async () => {
      const logs = [200, 201, 254, 255].flatMap((length) =>
        ["a", "b"].map((ending) => ({ ...ALICE, session_id: "s".repeat(length - 1) + ending })),
      );
      for (const log of logs) await bench.recorder.append(log, [start(log)], { expected_seq: 0 });
      await bench.restart();
      for (const log of logs) {
        await bench.recorder.append(log, [note(2)], { expected_seq: 1 });
        const entry = await entryOf(bench.recorder, log);
        expect(entry.log).toEqual(log);
        expect(entry.state.session_id).toBe(log.session_id);
        expect((await readAll(bench.recorder, log))[0]!.event["session_id"]).toBe(log.session_id);
      }
      const listed = await collect(bench.recorder.logs());
      expect(listed).toHaveLength(logs.length);
      expect(listed).toEqual(expect.arrayContaining(logs));
    });
  });
}

async function entryOf(recorder: Recorder, { session_id }: LogName): Promise<SessionEntry> {
  const entries = await recorder.find(session_id);
  expect(entries).toHaveLength(1);
  return entries[0]!;
}

async function expectLastLine(recorder: Recorder, log: LogName): Promise<void> {
  const last = (await readAll(recorder, log)).at(-1)!;
  const entry = await entryOf(recorder, log);
  expect(entry).toMatchObject({ log, recorded_at: last.recorded_at, hash: last.hash });
  expect(entry.state.seq).toBe(last.seq);
}
