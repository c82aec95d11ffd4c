import {
  SessionManagerEndOutputSchema,
  SessionManagerStartOutputSchema,
} from "@session-ledger/session_contract";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { linesOf, logsOf, messageOf, recordElsewhere, startApp, type TestApp } from "./test_support.ts";

const START = "/session_manager/sessions.start";
const END = "/session_manager/sessions.end";
const VALIDATE = "/session_manager/sessions.validate";
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function post({ app }: TestApp, path: string, body: object) {
  const { status, body: answer, headers } = await request(app).post(path).send(body);
  return { status, body: answer, etag: headers["etag"], code: answer.code, headers };
}

const by = (user_id: string) => ({ user_id, performer_id: "carer-1" });

async function started(it: TestApp, user_id = "u1") {
  const { body } = await post(it, START, by(user_id));
  return { user_id, session_id: body.session_id as string };
}

describe("sessions.start", () => {
  test("records the start and answers with it", async () => {
    const it = await startApp();
    const input = {
      ...by("u1"),
      schema_version: "1.0.0",
      modality: "gesture",
      is_training_data: true,
      session_notes: "notes \u2028 \u{1f600}",
      training_intent_label: "wave",
    };
    const { status, body, etag } = await post(it, START, input);
    expect([status, etag]).toEqual([200, '"1"']);
    expect(SessionManagerStartOutputSchema.parse(body)).toEqual(body);
    expect(body).toEqual({
      ...input,
      session_id: expect.stringMatching(/^sess_[0-9a-f]{16}$/),
      record_id: expect.stringMatching(UUID_V4),
      source: "session_manager",
      timestamp: "2026-11-21T09:30:00.000Z",
      start_time: "2026-11-21T09:30:00.000Z",
    });
    const [line, ...more] = await linesOf(it.recorder, body);
    expect(more).toEqual([]);
    expect(line).toMatchObject({ seq: 1, type: "session.started", cause: { trigger: "user_action" } });
    expect(line?.event).toEqual(body);
  });

  test("while one is active is 409 and changes nothing", async () => {
    const it = await startApp();
    const session = await started(it);
    const second = await post(it, START, by("u1"));
    expect([second.status, second.code]).toEqual([409, "SESSION_ALREADY_ACTIVE"]);
    expect(await logsOf(it.recorder)).toEqual([session]);
    expect(await linesOf(it.recorder, session)).toHaveLength(1);
  });

  test("is 409 too while one is paused, and allowed once it has ended", async () => {
    const it = await startApp();
    const session = await started(it);
    await recordElsewhere(it.recorder, session, "session.paused");
    expect((await post(it, START, by("u1"))).code).toBe("SESSION_ALREADY_ACTIVE");
    await post(it, END, { ...session, performer_id: "p" });
    const again = await post(it, START, by("u1"));
    expect(again.status).toBe(200);
    expect(again.body.session_id).not.toBe(session.session_id);
  });

  test("of another user is another session", async () => {
    const it = await startApp();
    await started(it, "u1");
    expect((await post(it, START, by("u2"))).status).toBe(200);
    expect(it.manager.active_session_count).toBe(2);
  });

  test("never takes the client's record_id for the event's", async () => {
    const it = await startApp();
    const record_id = "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10";
    const { status, body } = await post(it, START, { ...by("u1"), record_id });
    expect(status).toBe(200);
    expect(body.record_id).not.toBe(record_id);
  });

  test("by the system is told as a call, and its performer is kept to the letter", async () => {
    const it = await startApp();
    const { body } = await post(it, START, { user_id: "u1", performer_id: "system" });
    const spaced = await post(it, START, { user_id: "u2", performer_id: " Carer 1 " });
    const [line] = await linesOf(it.recorder, body);
    expect(line?.cause).toEqual({ trigger: "api_call" });
    expect(spaced.body.performer_id).toBe(" Carer 1 ");
  });
});

describe("sessions.end", () => {
  test("records the end and answers with it", async () => {
    const it = await startApp();
    const session = await started(it);
    it.clock.advance(1_500);
    const { status, body, etag } = await post(it, END, { ...session, performer_id: "carer-2" });
    expect([status, etag]).toEqual([200, '"2"']);
    expect(SessionManagerEndOutputSchema.parse(body)).toEqual(body);
    expect(body).toEqual({
      ...session,
      schema_version: "1.0.1",
      record_id: expect.stringMatching(UUID_V4),
      modality: null,
      source: "session_manager",
      performer_id: "carer-2",
      timestamp: "2026-11-21T09:30:01.500Z",
      end_time: "2026-11-21T09:30:01.500Z",
    });
    const lines = await linesOf(it.recorder, session);
    expect(lines.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "session.started"],
      [2, "session.ended"],
    ]);
    expect(lines[1]?.event).toEqual(body);
    expect(lines[0]?.event["record_id"]).not.toBe(body.record_id);
    expect(it.manager.active_session_count).toBe(0);
  });

  test("twice is 409", async () => {
    const it = await startApp();
    const session = await started(it);
    await post(it, END, { ...session, performer_id: "p" });
    const again = await post(it, END, { ...session, performer_id: "p" });
    expect([again.status, again.code]).toEqual([409, "SESSION_ALREADY_ENDED"]);
    expect(await linesOf(it.recorder, session)).toHaveLength(2);
  });

  test("of a paused session is allowed", async () => {
    const it = await startApp();
    const session = await started(it);
    await recordElsewhere(it.recorder, session, "session.paused");
    const ended = await post(it, END, { ...session, performer_id: "p" });
    expect([ended.status, ended.etag]).toEqual([200, '"3"']);
  });

  test("of a deleted session is 404", async () => {
    const it = await startApp();
    const session = await started(it);
    await post(it, END, { ...session, performer_id: "p" });
    await recordElsewhere(it.recorder, session, "session.deleted");
    const again = await post(it, END, { ...session, performer_id: "p" });
    expect([again.status, again.code]).toEqual([404, "SESSION_NOT_FOUND"]);
  });

  test("is checked in order: form, unknown session, another's, state", async () => {
    const it = await startApp();
    const session = await started(it);
    await post(it, END, { ...session, performer_id: "p" });
    const end = async (change: object) => {
      const { status, code } = await post(it, END, { ...session, performer_id: "p", ...change });
      return [status, code];
    };
    expect(await end({ session_id: "../x", user_id: "u2" })).toEqual([400, "REQUEST_INVALID"]);
    expect(await end({ performer_id: " ", user_id: "u2" })).toEqual([400, "REQUEST_INVALID"]);
    expect(await end({ session_id: "sess_unknown", user_id: "u2" })).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(await end({ user_id: "u2" })).toEqual([403, "SESSION_USER_MISMATCH"]);
    expect(await end({})).toEqual([409, "SESSION_ALREADY_ENDED"]);
  });
});

describe("a boundary command", () => {
  test.each([
    ["no performer", { performer_id: undefined }, "performer_id"],
    ["an empty performer", { performer_id: "" }, "performer_id"],
    ["a blank performer", { performer_id: " \t\n" }, "performer_id"],
    ["a null performer", { performer_id: null }, "performer_id"],
    ["a timestamp", { timestamp: "2026-11-21T09:30:00Z" }, "timestamp"],
    ["a start_time", { start_time: "2026-11-21T09:30:00Z" }, "start_time"],
    ["an end_time", { end_time: "2026-11-21T09:30:00Z" }, "end_time"],
    ["a foreign source", { source: "elsewhere" }, "source"],
    ["an unknown field", { colour: "red" }, "*"],
    ["a record_id that is no UUID", { record_id: "1" }, "record_id"],
  ])("with %s is 400", async (_name, change, path) => {
    const it = await startApp();
    const session = await started(it);
    for (const [target, input] of [
      [START, by("u2")],
      [END, { ...session, performer_id: "p" }],
    ] as const) {
      const { status, code, body } = await post(it, target, { ...input, ...change });
      expect([target, status, code]).toEqual([target, 400, "REQUEST_INVALID"]);
      expect(body.errors[0].path).toBe(path);
    }
    expect(await logsOf(it.recorder)).toEqual([session]);
    expect(await linesOf(it.recorder, session)).toHaveLength(1);
  });

  test("with its own source, or null where a field may be, is accepted", async () => {
    const it = await startApp();
    const nulls = { schema_version: null, record_id: null, modality: null, session_notes: null };
    const { status } = await post(it, START, { ...by("u1"), ...nulls, source: "session_manager" });
    expect(status).toBe(200);
  });

  test.each([
    "../x",
    "..",
    "a/b",
    "a\0b",
    "%2e%2e",
    "x".repeat(300),
    "ü",
    "\u202e",
    "",
    " u1",
    "u1\n",
    7,
    null,
    { $ne: "" },
  ])("for the hostile id %j is 400 and leaves nothing", async (hostile) => {
    const it = await startApp();
    const inputs = [
      [START, { user_id: hostile, performer_id: "p" }],
      [END, { user_id: hostile, session_id: "sess_1", performer_id: "p" }],
      [END, { user_id: "u1", session_id: hostile, performer_id: "p" }],
      [VALIDATE, { user_id: hostile, session_id: "sess_1" }],
      [VALIDATE, { user_id: "u1", session_id: hostile }],
    ] as const;
    for (const [path, body] of inputs) {
      const { status, code, headers } = await post(it, path, body);
      expect([path, status, code]).toEqual([path, 400, "REQUEST_INVALID"]);
      expect(headers["content-type"]).toBe("application/problem+json");
    }
    expect(await logsOf(it.recorder)).toEqual([]);
  });

  test.each(["_anonymous", "_agents", "_agents.u1"])(
    "for the ledger's own owner %s is 400",
    async (owner) => {
      const it = await startApp();
      expect((await post(it, START, by(owner))).status).toBe(400);
      expect((await post(it, END, { ...by(owner), session_id: "sess_1" })).status).toBe(400);
    },
  );

  test("of an upstream client is accepted in lenient mode, but for a foreign source", async () => {
    const it = await startApp({ config: { a3cp_compatibility: "lenient" } });
    const times = { timestamp: "2020-01-01T00:00:00Z", start_time: 7, end_time: "not a time" };
    const start = await post(it, START, { ...by("u1"), ...times });
    expect(start.body.start_time).toBe("2026-11-21T09:30:00.000Z");
    const session = { user_id: "u1", session_id: start.body.session_id };
    const foreign = await post(it, END, { ...session, ...times, performer_id: "p", source: "elsewhere" });
    expect([foreign.status, foreign.code]).toEqual([400, "REQUEST_INVALID"]);
    const unknown = await post(it, END, { ...session, ...times, performer_id: "p", colour: "red" });
    expect([unknown.status, unknown.code]).toEqual([400, "REQUEST_INVALID"]);
    const end = await post(it, END, { ...session, ...times, performer_id: "p" });
    expect(end.body.end_time).toBe("2026-11-21T09:30:00.000Z");
  });

  test("whose notes make the line too long is 413 and changes nothing", async () => {
    const it = await startApp();
    const long = await post(it, START, { ...by("u1"), session_notes: "x".repeat(512 * 1024) });
    expect([long.status, long.code]).toEqual([413, "LINE_TOO_LONG"]);
    expect(it.manager.active_session_count).toBe(0);
    expect((await post(it, START, by("u1"))).status).toBe(200);
  });
});

describe("sessions.validate", () => {
  test("tells active, closed and invalid, and changes nothing", async () => {
    const it = await startApp();
    const session = await started(it);
    const validate = async (change: object = {}) => {
      const { status, body, etag } = await post(it, VALIDATE, { ...session, ...change });
      expect(status).toBe(200);
      return [body, etag];
    };
    expect(await validate()).toEqual([{ status: "active" }, '"1"']);
    expect(await validate({ user_id: "u2" })).toEqual([{ status: "invalid" }, undefined]);
    expect(await validate({ session_id: "sess_unknown" })).toEqual([{ status: "invalid" }, undefined]);
    expect(await linesOf(it.recorder, session)).toHaveLength(1);

    await post(it, END, { ...session, performer_id: "p" });
    expect(await validate()).toEqual([{ status: "closed" }, '"2"']);
    await recordElsewhere(it.recorder, session, "session.deleted");
    expect(await validate()).toEqual([{ status: "invalid" }, undefined]);
  });

  test("counts a paused session as active", async () => {
    const it = await startApp();
    const session = await started(it);
    await recordElsewhere(it.recorder, session, "session.paused");
    const restarted = await startApp({ recorder: it.recorder });
    expect((await post(restarted, VALIDATE, session)).body).toEqual({ status: "active" });
  });

  test("does not see the sessions of other faces", async () => {
    const it = await startApp();
    const log = { user_id: "u1", session_id: "sess_agent" };
    const event = { record_id: "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10", ...log, performer_id: "p" };
    await it.recorder.append(log, [{ type: "session.started", kind: "agent", event }], { expected_seq: 0 });
    expect((await post(it, VALIDATE, log)).body).toEqual({ status: "invalid" });
    expect((await post(it, END, { ...log, performer_id: "p" })).code).toBe("SESSION_NOT_FOUND");
    expect((await post(it, START, by("u1"))).status).toBe(200);
  });
});

describe("If-Match on sessions.end", () => {
  test("lets only the seq it names through", async () => {
    const it = await startApp();
    const session = await started(it);
    await it.manager.service.append(messageOf(session));
    const end = async (if_match: string) => {
      const { status, body } = await request(it.app)
        .post(END)
        .set("If-Match", if_match)
        .send({ ...session, performer_id: "p" });
      return [status, body.code];
    };
    expect(await end('"1"')).toEqual([412, "PRECONDITION_FAILED"]);
    expect(await end('W/"2"')).toEqual([412, "PRECONDITION_FAILED"]);
    expect(await end("2")).toEqual([400, "REQUEST_INVALID"]);
    expect(await linesOf(it.recorder, session)).toHaveLength(2);
    expect(await end('"1", "2"')).toEqual([200, undefined]);
    expect(await end('"1"')).toEqual([409, "SESSION_ALREADY_ENDED"]);
  });
});
