import { createMemoryRecorder, type Recorder } from "@session-ledger/schema_recorder";
import { OperatorReportSchema } from "@session-ledger/session_contract";
import request from "supertest";
import { beforeEach, describe, expect, test } from "vitest";
import { SessionRepository } from "./repository.ts";
import { messageOf, startApp, type TestApp } from "./test_support.ts";

const BY = { user_id: "u1", performer_id: "p" };

let recorder: Recorder;
let it: TestApp;
let session_id: string;

beforeEach(async () => {
  recorder = createMemoryRecorder({ clock: () => Date.parse("2026-11-21T09:30:00.000Z") });
  it = await startApp({ recorder });
  session_id = (await it.manager.service.start(BY)).answer.session_id;
  await it.manager.service.append(messageOf({ ...BY, session_id }));
  await it.manager.service.end({ ...BY, session_id });
});

async function operate(operation: "archive" | "restore" | "erase", body: object) {
  const answer = await request(it.app).post(`/session_manager/sessions.${operation}`).send(body);
  if (answer.status === 200) OperatorReportSchema.parse(answer.body);
  return { status: answer.status, body: answer.body };
}

async function lookUp(query = "") {
  const { status, body } = await request(it.app).get(`/session_manager/sessions/${session_id}${query}`);
  return { status, ...body };
}

const linesOfLog = () => Array.fromAsync(recorder.read({ user_id: "u1", session_id }));
const remove = () => it.manager.service.delete({ ...BY, session_id });

describe("an archived session", () => {
  beforeEach(async () => {
    expect((await operate("archive", { session_id })).status).toBe(200);
  });

  const ARCHIVED = {
    status: 404,
    reason: "not_found_archived",
    restore: "POST /session_manager/sessions.restore",
  };

  test("is not found, and the look-up says since when and how to restore it", async () => {
    for (const query of ["", "?include_deleted=true", "?at_seq=1", "/audit", "/events"]) {
      expect(await lookUp(query)).toMatchObject({ ...ARCHIVED, archived_at: "2026-11-21T09:30:00.000Z" });
    }
  });

  test("is listed with its state and the time", async () => {
    const { body } = await request(it.app).get("/session_manager/sessions");
    expect(body.sessions).toMatchObject([
      { session_id, state: "stopped", archived_at: "2026-11-21T09:30:00.000Z" },
    ]);
  });

  test("that was deleted before tells its state, and nothing of its lines", async () => {
    await operate("restore", { session_id });
    await remove();
    await operate("archive", { session_id });
    expect(await lookUp()).toMatchObject({ status: 404, reason: "not_found_deleted" });
    expect(await lookUp("?include_deleted=true")).toMatchObject({ status: 200, reason: "deleted" });
    for (const query of ["?include_deleted=true&at_seq=1", "/audit", "/events?include_deleted=true"]) {
      expect(await lookUp(query)).toMatchObject(ARCHIVED);
    }
  });

  test("is what it was once it is restored", async () => {
    await operate("restore", { session_id });
    expect(await lookUp()).toMatchObject({ status: 200, session: { state: "stopped", archived_at: null } });
    expect((await linesOfLog()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await operate("restore", { session_id })).toMatchObject({
      status: 409,
      body: { code: "LOG_NOT_ARCHIVED" },
    });
  });

  test("is not archived twice", async () => {
    expect(await operate("archive", { session_id })).toMatchObject({
      status: 404,
      body: { code: "LOG_ARCHIVED" },
    });
  });
});

describe("archiving by age", () => {
  const archive = (body: object) => operate("archive", body);

  test("takes what ended before the time, and only says so in a dry run", async () => {
    const open = (await it.manager.service.start(BY)).answer.session_id;
    const ended_before = "2026-11-21T09:30:00.001Z";
    const due = { sessions: [{ user_id: "u1", session_id }], refused: [], complete: true };
    expect((await archive({ ended_before: "2026-11-21T09:30:00.000Z" })).body.sessions).toEqual([]);
    expect((await archive({ ended_before, dry_run: true })).body).toEqual(due);
    expect((await archive({ ended_before })).body).toEqual(due);
    expect((await archive({ ended_before })).body.sessions).toEqual([]);
    expect(await archive({ session_id: open })).toMatchObject({
      status: 409,
      body: { code: "LOG_NOT_ENDED" },
    });
  });
});

describe("erasing", () => {
  test("takes a deleted session alone, after which it is deleted for good", async () => {
    expect(await operate("erase", { session_id })).toMatchObject({
      status: 409,
      body: { code: "SESSION_NOT_DELETED" },
    });
    await remove();
    expect((await operate("erase", { session_id, reason: "user_request" })).status).toBe(200);
    for (const query of ["", "?include_deleted=true", "/audit", "/events"]) {
      expect(await lookUp(query)).toMatchObject({
        status: 404,
        reason: "not_found_deleted",
        deleted_at: "2026-11-21T09:30:00.000Z",
      });
    }
    expect(await recorder.erasureOf(session_id)).toMatchObject({
      trigger: "operator",
      reason: "user_request",
    });
    expect(await new SessionRepository(recorder).isIssued(session_id)).toBe(true);
  });

  test("takes every deleted session of a user, archived or not, and names those that are not deleted", async () => {
    await remove();
    await operate("archive", { session_id });
    const open = (await it.manager.service.start(BY)).answer.session_id;
    const other = (await it.manager.service.start({ ...BY, user_id: "u2" })).answer.session_id;
    expect((await operate("erase", { user_id: "u1" })).body).toEqual({
      sessions: [{ user_id: "u1", session_id }],
      refused: [{ user_id: "u1", session_id: open, code: "SESSION_NOT_DELETED" }],
      complete: true,
    });
    const left = await Array.fromAsync(recorder.sessions());
    expect(left.map(({ log }) => log.session_id).sort()).toEqual([open, other].sort());
  });

  test("takes the content of one line, and leaves a line that says so", async () => {
    expect((await operate("erase", { session_id, seq: 2, reason: "user_request" })).status).toBe(200);
    const lines = await linesOfLog();
    expect(Object.keys(lines[1]!.event)).toEqual(["$erased"]);
    expect(lines[3]).toMatchObject({
      type: "line.erased",
      cause: { trigger: "operator", reason: "user_request" },
      event: { seq: 2 },
    });
    expect(await lookUp()).toMatchObject({ status: 200, session: { state: "stopped", seq: 4 } });
    for (const seq of [1, 2, 4, 9]) {
      expect(await operate("erase", { session_id, seq })).toMatchObject({
        status: 409,
        body: { code: "LINE_NOT_ERASABLE" },
      });
    }
  });

  test("of a line of an open session lets the session go on", async () => {
    const open = { ...BY, session_id: (await it.manager.service.start(BY)).answer.session_id };
    await it.manager.service.append(messageOf(open));
    expect((await operate("erase", { session_id: open.session_id, seq: 2 })).status).toBe(200);
    await it.manager.service.append(messageOf(open));
    await it.manager.service.end(open);
    const lines = await Array.fromAsync(recorder.read(open));
    expect(lines.map(({ type }) => type)).toEqual([
      "session.started",
      "message.appended",
      "line.erased",
      "message.appended",
      "session.ended",
    ]);
  });

  test("takes a reason that is a code, and no text", async () => {
    await remove();
    const erased = await operate("erase", { session_id, reason: "Ada asked for it" });
    expect(erased).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
  });
});

describe("an operator", () => {
  test("names the user too, where several have a session of one id", async () => {
    const copy = { user_id: "u2", session_id };
    const [first] = await linesOfLog();
    const event = { type: "session.started", event: { ...first!.event, ...copy } };
    await recorder.append(copy, [event, { type: "session.ended", event: { ...copy, record_id: "r" } }], {
      expected_seq: 0,
    });
    expect((await operate("archive", { session_id })).status).toBe(400);
    expect((await operate("archive", copy)).body.sessions).toEqual([copy]);
    expect((await operate("archive", { session_id: "sess_00000000000000ff" })).body).toMatchObject({
      reason: "not_found_never_existed",
    });
  });

  test.each([
    { role: "service", principal: "web" } as const,
    { role: "user", principal: "u1-phone", user_id: "u1" } as const,
  ])("is no $role", async (caller) => {
    it = await startApp({ recorder, caller });
    for (const operation of ["archive", "restore", "erase"] as const) {
      expect(await operate(operation, { session_id })).toMatchObject({
        status: 403,
        body: { code: "FORBIDDEN_ROLE" },
      });
    }
  });
});
