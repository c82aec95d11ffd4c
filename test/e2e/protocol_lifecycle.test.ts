import {
  SessionManagerDeleteOutputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeOutputSchema,
} from "@session-ledger/session_contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectInvalid, expectProblem } from "./expected_problem.ts";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { linesOf } from "./log_root_files.ts";
import {
  DELETE,
  END,
  endInput,
  freshUser,
  lookUp,
  openSession,
  PAUSE,
  RESUME,
  START,
  sessionIn,
  startInput,
} from "./operations.ts";

let ledger: LedgerUnderTest;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
});
afterAll(() => ledger.remove());

const MOVES = [
  {
    path: PAUSE,
    from: "active",
    schema: SessionManagerPauseOutputSchema,
    time: "pause_time",
    type: "session.paused",
  },
  {
    path: RESUME,
    from: "paused",
    schema: SessionManagerResumeOutputSchema,
    time: "resume_time",
    type: "session.resumed",
  },
  {
    path: DELETE,
    from: "stopped",
    schema: SessionManagerDeleteOutputSchema,
    time: "delete_time",
    type: "session.deleted",
  },
] as const;

describe.each(MOVES)("$path", ({ path, from, schema, time, type }) => {
  test("answers the event as it stands in the log, with the reason also in its cause", async () => {
    const session = await sessionIn(ledger.url, from);
    const record_id = "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10";
    const input = { ...endInput(session), record_id, modality: "speech", reason: "because" };
    const answer = await post(ledger.url, path, input);
    expect(answer.status).toBe(200);
    const event: Record<string, unknown> = schema.parse(answer.body);
    expect(event).toMatchObject({ ...endInput(session), modality: "speech", reason: "because" });
    expect(event["record_id"]).not.toBe(record_id);
    expect(event[time]).toBe(event["timestamp"]);
    const line = (await linesOf(ledger.log_root, session)).at(-1)!;
    expect(JSON.stringify(line.event)).toBe(answer.text);
    expect([line.type, line.cause]).toEqual([type, { trigger: "user_action", reason: "because" }]);
    expect(answer.headers.etag).toBe(`"${line.seq}"`);
  });

  test("by the system is an api_call without a reason", async () => {
    const session = await sessionIn(ledger.url, from);
    const answer = await post(ledger.url, path, { ...endInput(session), performer_id: "system" });
    expect(answer.body["reason"]).toBeNull();
    expect((await linesOf(ledger.log_root, session)).at(-1)!.cause).toEqual({ trigger: "api_call" });
  });

  test("lets only the seq that If-Match names through", async () => {
    const session = await sessionIn(ledger.url, from);
    const seq = (await linesOf(ledger.log_root, session)).length;
    const move = (if_match: string) => post(ledger.url, path, endInput(session), { "If-Match": if_match });
    expectProblem(await move(`"${seq + 1}"`), 412, "PRECONDITION_FAILED");
    expectInvalid(await move(`${seq}`), 400, "If-Match");
    expect((await move(`"${seq}"`)).status).toBe(200);
  });

  test.each([
    ["timestamp", "2026-11-21T09:30:00Z"],
    [time, "2026-11-21T09:30:00.000Z"],
    ["reason", ""],
    ["reason", 7],
    ["reason", "r".repeat(1_025)],
    ["performer_id", " "],
    ["session_id", "../x"],
    ["source", "elsewhere"],
  ])("with %s %j is 400", async (field, value) => {
    const session = await sessionIn(ledger.url, from);
    expectInvalid(await post(ledger.url, path, { ...endInput(session), [field]: value }), 400, field);
  });
});

test("a pause keeps the user from another start, and only the end frees it", async () => {
  const session = await sessionIn(ledger.url, "paused");
  const start = () => post(ledger.url, START, { user_id: session.user_id, performer_id: "carer01" });
  expectProblem(await start(), 409, "SESSION_ALREADY_ACTIVE");
  expect((await post(ledger.url, RESUME, endInput(session))).status).toBe(200);
  expectProblem(await start(), 409, "SESSION_ALREADY_ACTIVE");
  expect((await post(ledger.url, END, endInput(session))).status).toBe(200);
  expect((await start()).status).toBe(200);
});

test("a refused transition names both states", async () => {
  const session = await sessionIn(ledger.url, "paused");
  const answer = await post(ledger.url, DELETE, endInput(session));
  expectProblem(answer, 409, "ILLEGAL_TRANSITION");
  expect(answer.body).toMatchObject({ old_state: "paused", new_state: "deleted" });
  expect(answer.body["detail"]).toBe("A session that is paused cannot become deleted.");
});

describe("an execution", () => {
  test("has an id that says when it started, and is looked up by it", async () => {
    const start = await post(ledger.url, START, { ...startInput(), kind: "execution" });
    const { session_id, user_id, timestamp } = start.body as Record<string, string>;
    const [date, time] = [timestamp!.slice(0, 10), timestamp!.slice(11, 19)];
    const prefix = `exec_${date.replaceAll("-", "")}_${time.replaceAll(":", "")}_`;
    expect(session_id).toMatch(new RegExp(`^${prefix}[0-9a-f]{8}$`));
    expect(start.body).not.toHaveProperty("kind");
    const [line] = await linesOf(ledger.log_root, { user_id: user_id!, session_id: session_id! });
    expect(line).toMatchObject({ kind: "execution" });
    expect((await lookUp(ledger.url, session_id!)).body["session"]).toMatchObject({ kind: "execution" });
    const second = await post(ledger.url, START, { user_id, performer_id: "carer01" });
    expectProblem(second, 409, "SESSION_ALREADY_ACTIVE");
  });

  test.each(["agent", "anonymous", "", 1])("is not %j", async (kind) => {
    expectInvalid(await post(ledger.url, START, { ...startInput(), kind }), 400, "kind");
  });
});

describe("a look-up", () => {
  test("tells all that the session's log says", async () => {
    const session = await openSession(ledger.url);
    const pause = await post(ledger.url, PAUSE, endInput(session));
    const paused = await lookUp(ledger.url, session.session_id);
    expect([paused.status, paused.headers.etag]).toEqual([200, '"2"']);
    const lines = await linesOf(ledger.log_root, session);
    expect(paused.body).toEqual({
      found: true,
      reason: "ok",
      session: {
        ...session,
        kind: "interaction",
        state: "paused",
        seq: 2,
        started_at: lines[0]!.event["start_time"],
        started_by: "carer01",
        paused_at: pause.body["pause_time"],
        ended_at: null,
        ended_by: null,
        ended_through: null,
        deleted_at: null,
        deleted_by: null,
        archived_at: null,
        updated_at: lines[1]!.recorded_at,
        imported: false,
      },
    });
  });

  test("finds a deleted session only if it is asked for, and else says since when it is", async () => {
    const { session_id } = await sessionIn(ledger.url, "deleted");
    for (const query of ["", "?include_deleted=false"]) {
      const hidden = await lookUp(ledger.url, session_id, query);
      expectProblem(hidden, 404, "SESSION_NOT_FOUND");
      expect(hidden.body).toMatchObject({
        found: false,
        reason: "not_found_deleted",
        deleted_at: expect.stringMatching(/Z$/),
      });
      expect(hidden.headers.etag).toBeUndefined();
    }
    const shown = await lookUp(ledger.url, session_id, "?include_deleted=true");
    expect([shown.status, shown.headers.etag]).toEqual([200, '"3"']);
    expect(shown.body).toMatchObject({ found: true, reason: "deleted", session: { state: "deleted" } });
    const { deleted_at } = shown.body["session"] as { deleted_at: string };
    expect(shown.body["deleted_at"]).toBe(deleted_at);
  });

  test.each([
    "sess_00000000000000aa",
    "exec_20261121_093000_0a1b2c3d",
    "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10",
  ])("of %s, which never was, says so", async (session_id) => {
    const answer = await lookUp(ledger.url, session_id);
    expectProblem(answer, 404, "SESSION_NOT_FOUND");
    expect(answer.body).toMatchObject({ found: false, reason: "not_found_never_existed" });
  });

  test.each([
    "sess_",
    "sess_0123456789ABCDEF",
    "sess_0123456789abcdef0",
    "sess_0123456789abcdef%0A",
    "sess_%EF%BC%90123456789abcde",
    "exec_20260230_093000_0a1b2c3d",
    "exec_20261121_093000_0A1B2C3D",
    "0c9a1f52-6f0b-1c1e-9a57-3d2b8e4f6a10",
    "..%2F..%2Fetc%2Fpasswd",
    "%00",
    "x".repeat(300),
  ])("of %s, which has no known format, says so", async (session_id) => {
    const answer = await lookUp(ledger.url, session_id);
    expectInvalid(answer, 400, "session_id");
    expect(answer.body).toMatchObject({ found: false, reason: "not_found_invalid_format" });
  });

  test.each([
    ["?include_deleted=yes", "include_deleted"],
    ["?include_deleted=", "include_deleted"],
    ["?include_deleted=true&include_deleted=true", "include_deleted"],
    ["?Include_deleted=true", "*"],
    ["?colour=red", "*"],
    ["?__proto__=1", "*"],
    ["?at_seq=0", "at_seq"],
    ["?at_seq=-1", "at_seq"],
    ["?at_seq=1.5", "at_seq"],
    ["?at_seq=01", "at_seq"],
    ["?at_seq=", "at_seq"],
    ["?at_seq=1%0A", "at_seq"],
  ])("with %s is 400", async (query, field) => {
    const { session_id } = await sessionIn(ledger.url, "active");
    expectInvalid(await lookUp(ledger.url, session_id, query), 400, field);
  });

  test("gives the session as it was after each of its lines", async () => {
    const session = await openSession(ledger.url);
    const seen: unknown[] = [(await lookUp(ledger.url, session.session_id)).body["session"]];
    for (const path of [PAUSE, RESUME, END, DELETE]) {
      await post(ledger.url, path, endInput(session));
      const { body } = await lookUp(ledger.url, session.session_id, "?include_deleted=true");
      seen.push(body["session"]);
    }
    for (const [at, then] of seen.entries()) {
      const query = `?include_deleted=true&at_seq=${at + 1}`;
      const { body, headers } = await lookUp(ledger.url, session.session_id, query);
      expect(body).toMatchObject({ reason: "deleted", deleted_at: expect.any(String) });
      expect([body["session"], headers.etag]).toEqual([then, '"5"']);
    }
    const hidden = await lookUp(ledger.url, session.session_id, "?at_seq=1");
    expect([hidden.status, hidden.body["reason"]]).toEqual([404, "not_found_deleted"]);
    for (const beyond of ["6", "9999999999999999"]) {
      const query = `?include_deleted=true&at_seq=${beyond}`;
      expectProblem(await lookUp(ledger.url, session.session_id, query), 404, "SEQ_NOT_FOUND");
    }
  });

  test("answers HEAD as GET, and no other method", async () => {
    const { session_id } = await sessionIn(ledger.url, "active");
    const path = `/session_manager/sessions/${session_id}`;
    const head = await ask(ledger.url, { method: "HEAD", path });
    expect([head.status, head.headers.etag, head.text]).toEqual([200, '"1"', ""]);
    const put = await ask(ledger.url, { method: "PUT", path });
    expectProblem(put, 405, "METHOD_NOT_ALLOWED");
  });
});

test("sessions of a configured prefix are looked up by it", async () => {
  const own = await LedgerUnderTest.started({ SESSION_ID_PREFIX: "visit-" });
  try {
    const { session_id } = await openSession(own.url, freshUser());
    expect(session_id).toMatch(/^visit-/);
    expect((await lookUp(own.url, session_id)).status).toBe(200);
    expect((await lookUp(ledger.url, session_id)).body["reason"]).toBe("not_found_invalid_format");
  } finally {
    await own.remove();
  }
});
