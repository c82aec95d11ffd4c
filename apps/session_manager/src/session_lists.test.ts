import type { LogName, Recorder } from "@session-ledger/schema_recorder";
import { SessionPageSchema } from "@session-ledger/session_contract";
import fc from "fast-check";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { recordElsewhere, startApp, type TestApp } from "./test_support.ts";

const LIST = "/session_manager/sessions";

async function list({ app }: TestApp, query: Record<string, string> | string = "") {
  const parameters = typeof query === "string" ? query : String(new URLSearchParams(query));
  const { status, body, headers } = await request(app).get(`${LIST}?${parameters}`);
  if (status === 200) SessionPageSchema.parse(body);
  return { status, body, link: headers["link"], ids: body.sessions?.map((each: LogName) => each.session_id) };
}

/** Every id of a list, page after page, by `next_cursor`. */
async function listAll(it: TestApp, query: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = {}; ; ) {
    const page = await list(it, { ...query, ...cursor });
    expect(page.status).toBe(200);
    ids.push(...page.ids);
    if (page.body.next_cursor === null) return ids;
    cursor = { cursor: page.body.next_cursor };
  }
}

/** Starts a session for each user a second apart; each user's session before is ended. Gives the ids, newest first. */
async function startMany(it: TestApp, users: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const user_id of users) {
    it.clock.advance(1_000);
    const open = await it.recorder.holderOf(`active:${user_id}`);
    if (open !== undefined) await it.manager.service.end({ ...open, performer_id: "p" });
    const { answer } = await it.manager.service.start({ user_id, performer_id: "p" });
    ids.unshift(answer.session_id);
  }
  return ids;
}

async function foreignSession(recorder: Recorder, kind: "agent" | "anonymous"): Promise<void> {
  const log = { user_id: "ada", session_id: `sess_00000000000000${kind === "agent" ? "a" : "b"}0` };
  const event = { record_id: "00000000-0000-4000-8000-000000000001", ...log };
  await recorder.append(log, [{ type: "session.started", kind, event }], { expected_seq: 0 });
}

describe("the list of sessions", () => {
  test("is empty at first", async () => {
    const { status, body, link } = await list(await startApp());
    expect([status, body, link]).toEqual([200, { sessions: [], next_cursor: null }, undefined]);
  });

  test("gives sessions as a look-up does, the newest first, ended ones too", async () => {
    const it = await startApp();
    const ids = await startMany(it, ["ada", "bob", "ada"]);
    const { body } = await list(it);
    expect(body.sessions.map((each: LogName) => each.session_id)).toEqual(ids);
    expect(body.sessions.map((each: { state: string }) => each.state)).toEqual([
      "active",
      "active",
      "stopped",
    ]);
    for (const session of body.sessions) {
      const found = await request(it.app).get(`${LIST}/${session.session_id}`);
      expect(session).toEqual(found.body.session);
    }
  });

  test("holds deleted sessions only if they are asked for, and no other face's", async () => {
    const it = await startApp();
    const [kept, deleted] = (await startMany(it, ["ada", "bob"])) as [string, string];
    const performer_id = "p";
    await it.manager.service.end({ user_id: "ada", session_id: deleted, performer_id });
    await recordElsewhere(it.recorder, { user_id: "ada", session_id: deleted }, "session.deleted");
    await foreignSession(it.recorder, "agent");
    await foreignSession(it.recorder, "anonymous");
    expect((await list(it)).ids).toEqual([kept]);
    expect((await list(it, { include_deleted: "false" })).ids).toEqual([kept]);
    expect((await list(it, { include_deleted: "true" })).ids).toEqual([kept, deleted]);
    expect((await list(it, { state: "deleted" })).ids).toEqual([]);
    expect((await list(it, { state: "deleted", include_deleted: "true" })).ids).toEqual([deleted]);
    expect((await list(it, { state: "creating" })).ids).toEqual([]);
  });

  test("takes its filters together", async () => {
    const it = await startApp();
    const [, , second, first] = await startMany(it, ["ada", "ada", "bob", "cy"]);
    await it.manager.service.start({ user_id: "dee", performer_id: "p", kind: "execution" });
    expect((await list(it, { user_id: "ada" })).ids).toEqual([second, first]);
    expect((await list(it, { user_id: "ada", state: "stopped" })).ids).toEqual([first]);
    expect((await list(it, { kind: "execution" })).ids).toEqual([expect.stringMatching(/^exec_/)]);
    expect((await list(it, { kind: "interaction", state: "stopped", user_id: "bob" })).ids).toEqual([]);
    const between = { started_after: "2026-11-21T10:30:01+01:00", started_before: "2026-11-21T09:30:03Z" };
    expect((await list(it, between)).ids).toEqual([second]);
  });

  test("comes in pages of 50, or of `limit`, that `Link` and `next_cursor` chain", async () => {
    const it = await startApp();
    const users = Array.from({ length: 53 }, (_, index) => `u${index}`);
    const ids = await startMany(it, users);
    const first = await list(it);
    expect(first.ids).toEqual(ids.slice(0, 50));
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(first.link!)!;
    const second = await request(it.app).get(next!);
    expect(second.body.sessions.map((each: LogName) => each.session_id)).toEqual(ids.slice(50));
    expect([second.body.next_cursor, second.headers["link"]]).toEqual([null, undefined]);
    const filtered = await list(it, { limit: "7", state: "active", started_after: "2026-11-21T09:30:00Z" });
    expect(new URL(/^<([^>]+)>/.exec(filtered.link!)![1]!, "http://host").searchParams.toString()).toBe(
      `limit=7&state=active&started_after=2026-11-21T09%3A30%3A00Z&cursor=${filtered.body.next_cursor}`,
    );
    for (const limit of ["1", "13", "53", "200"]) expect(await listAll(it, { limit })).toEqual(ids);
  });

  test("knows the cursor of another list, or of none", async () => {
    const it = await startApp();
    await startMany(it, ["ada", "bob"]);
    const { body } = await list(it, { limit: "1" });
    const cursor: string = body.next_cursor;
    const [, ...place] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const forged = Buffer.from(JSON.stringify(["other", ...place])).toString("base64url");
    for (const query of [
      { cursor, user_id: "ada" },
      { cursor, include_deleted: "true" },
      { cursor, state: "active" },
      { cursor, started_after: "2026-11-21T09:30:00Z" },
      { cursor: forged },
      { cursor: "" },
      { cursor: "%" },
      { cursor: `${cursor} ` },
      { cursor: "bnVsbA" },
      { cursor: "WzEsMiwzXQ" },
    ]) {
      const { status, body: problem } = await list(it, query);
      expect([query, status, problem.code, problem.errors[0].path]).toEqual([
        query,
        400,
        "REQUEST_INVALID",
        "cursor",
      ]);
    }
    expect((await list(it, { cursor, limit: "9" })).ids).toHaveLength(1);
  });

  test.each([
    "limit=0",
    "limit=201",
    "limit=-1",
    "limit=1e1",
    "limit=",
    "limit=5&limit=6",
    "user_id=..%2Fada",
    "user_id=",
    "user_id=a&user_id=b",
    "state=open",
    "state=active,paused",
    "kind=agent",
    "include_deleted=1",
    "include_deleted=TRUE",
    "started_after=yesterday",
    "started_after=2026-11-21",
    "started_before=2026-11-21T09:30:00",
    "started_before=2026-02-30T09:30:00Z",
    "order=asc",
    "session_id=sess_0123456789abcdef",
    "__proto__=1",
  ])("with ?%s is 400", async (query) => {
    const { status, body } = await list(await startApp(), query);
    expect([status, body.code]).toEqual([400, "REQUEST_INVALID"]);
  });

  test("shifts nothing while sessions are added and ended", async () => {
    const user = fc.constantFrom("ada", "bob", "cy");
    await fc.assert(
      fc.asyncProperty(
        fc.array(user, { minLength: 1, maxLength: 12 }),
        fc.array(fc.array(user, { maxLength: 3 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (before, added, limit) => {
          const it = await startApp();
          const ids = await startMany(it, before);
          const seen: string[] = [];
          for (let turn = 0, cursor = {}; ; turn += 1) {
            const page = await list(it, { limit: String(limit), ...cursor });
            seen.push(...page.ids);
            if (page.body.next_cursor === null) break;
            cursor = { cursor: page.body.next_cursor };
            await startMany(it, added[turn] ?? []);
          }
          expect(seen).toEqual(ids);
        },
      ),
      { numRuns: 25 },
    );
  });
});
