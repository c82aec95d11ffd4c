import { LINE_BYTES_MAX } from "@session-ledger/session_contract";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { linesOf, messageOf, recordElsewhere, startApp, type TestApp } from "./test_support.ts";

const APPEND = "/schema-recorder/append";

async function append({ app }: TestApp, message: object, headers: Record<string, string> = {}) {
  const answer = await request(app).post(APPEND).set(headers).send(message);
  return { status: answer.status, body: answer.body, code: answer.body.code, etag: answer.headers["etag"] };
}

async function withSession(user_id = "u1") {
  const it = await startApp();
  const { answer } = await it.manager.service.start({ user_id, performer_id: "carer-1" });
  return { it, session: { user_id, session_id: answer.session_id } };
}

describe("append", () => {
  test("records the message unchanged and answers with exactly its receipt", async () => {
    const { it, session } = await withSession();
    const message = messageOf(session, {
      modality: null,
      event: "capture.open",
      annotation: { intent: "greet" },
      zebra: [1.5, { nested: ["é", "e\u0301"] }],
      alpha: null,
    });
    it.clock.advance(250);
    const { status, body, etag } = await append(it, message);
    expect([status, etag]).toEqual([201, '"2"']);
    expect(body).toEqual({ record_id: message.record_id, recorded_at: "2026-11-21T09:30:00.250Z" });
    const [, line] = await linesOf(it.recorder, session);
    expect(line).toMatchObject({ seq: 2, type: "message.appended", recorded_at: body.recorded_at });
    expect(JSON.stringify(line?.event)).toBe(JSON.stringify(message));
  });

  test("of a record_id that the session has, in any case of its letters, is 409", async () => {
    const { it, session } = await withSession();
    const message = messageOf(session);
    await append(it, message);
    for (const record_id of [message.record_id, message.record_id.toUpperCase()]) {
      const again = await append(it, { ...message, record_id });
      expect([again.status, again.code]).toEqual([409, "RECORD_ID_REUSED"]);
    }
    expect(await linesOf(it.recorder, session)).toHaveLength(2);
  });

  test("of a record_id that another session has is recorded", async () => {
    const { it, session } = await withSession();
    const { answer } = await it.manager.service.start({ user_id: "u2", performer_id: "p" });
    const message = messageOf(session);
    await append(it, message);
    const other = await append(it, { ...message, user_id: "u2", session_id: answer.session_id });
    expect(other.status).toBe(201);
  });

  test("still knows the record_ids after a restart", async () => {
    const { it, session } = await withSession();
    const message = messageOf(session);
    await append(it, message);
    const restarted = await startApp({ recorder: it.recorder });
    expect((await append(restarted, message)).code).toBe("RECORD_ID_REUSED");
    expect((await append(restarted, messageOf(session))).etag).toBe('"3"');
  });

  test("is checked in order: form, unknown session, another's, state", async () => {
    const { it, session } = await withSession();
    const message = messageOf(session);
    const refused = async (change: object) => {
      const { status, code } = await append(it, { ...message, ...change });
      return [status, code];
    };
    expect(await refused({ timestamp: undefined, session_id: "sess_unknown" })).toEqual([
      422,
      "CONTENT_INVALID",
    ]);
    expect(await refused({ session_id: "sess_unknown", user_id: "u2" })).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(await refused({ user_id: "u2" })).toEqual([403, "SESSION_USER_MISMATCH"]);
    await recordElsewhere(it.recorder, session, "session.paused");
    expect(await refused({})).toEqual([409, "SESSION_PAUSED"]);
    await it.manager.service.end({ ...session, performer_id: "p" });
    expect(await refused({ user_id: "u2" })).toEqual([403, "SESSION_USER_MISMATCH"]);
    expect(await refused({})).toEqual([400, "SESSION_ALREADY_CLOSED"]);
    await recordElsewhere(it.recorder, session, "session.deleted");
    expect(await refused({})).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(await linesOf(it.recorder, session)).toHaveLength(4);
  });

  test.each([
    ["no record_id", { record_id: undefined }],
    ["no user", { user_id: undefined }],
    ["no session", { session_id: undefined }],
    ["no source", { source: undefined }],
    ["no performer", { performer_id: undefined }],
    ["a blank performer", { performer_id: "  " }],
    ["a time without a zone", { timestamp: "2026-11-21T09:31:00" }],
    ["a hostile session id", { session_id: "../../etc/passwd" }],
    ["a hostile user id", { user_id: "%2e%2e" }],
    ["an unknown modality", { modality: "smell" }],
    ["an annotation without its event", { annotation: { intent: "greet" } }],
    ["a classifier without `unknown`", { classifier_output: { wave: 0.5 } }],
    ["a number beyond 2^53", { big: 2 ** 60 }],
  ])("with %s is 422", async (_name, change) => {
    const { it, session } = await withSession();
    const { status, code, body } = await append(it, messageOf(session, change));
    expect([status, code]).toEqual([422, "CONTENT_INVALID"]);
    expect(body.errors.length).toBeGreaterThan(0);
    expect(await linesOf(it.recorder, session)).toHaveLength(1);
  });

  test.each([
    ["frame_data at a depth", { a: [{ frame_data: [] }] }],
    ["raw audio", { audio_payload: { audio_format: "base64", data: "" } }],
    ["an image", { picture: "data:image/png;base64,AAAA" }],
  ])("of raw media (%s) is 422 and leaves the session as it was", async (_name, change) => {
    const { it, session } = await withSession();
    const message = messageOf(session, change);
    const raw = await append(it, message);
    expect([raw.status, raw.code]).toEqual([422, "RAW_MEDIA_REFUSED"]);
    const clean = await append(it, messageOf(session, { record_id: message.record_id }));
    expect([clean.status, clean.etag]).toEqual([201, '"2"']);
  });

  test("of a message too long for a line is told apart from a body over the limit", async () => {
    const { it, session } = await withSession();
    const line = await append(it, messageOf(session, { text: "x".repeat(LINE_BYTES_MAX) }));
    expect([line.status, line.code]).toEqual([413, "LINE_TOO_LONG"]);
    const body = await append(it, messageOf(session, { text: "x".repeat(2 * LINE_BYTES_MAX) }));
    expect([body.status, body.code]).toEqual([413, "BODY_TOO_LARGE"]);
    expect(await linesOf(it.recorder, session)).toHaveLength(1);
  });

  test("of hostile JSON is 422, and of another media type 415", async () => {
    const { it } = await withSession();
    const raw = (body: string, type = "application/json") =>
      request(it.app).post(APPEND).set("Content-Type", type).send(body);
    for (const body of [
      "",
      "{",
      "null",
      "[]",
      "[".repeat(8_192),
      '{"__proto__":{"user_id":"u1"}}',
      '{"a":1e999}',
    ]) {
      const { status, body: problem } = await raw(body);
      expect([body.slice(0, 20), status, problem.code]).toEqual([body.slice(0, 20), 422, "CONTENT_INVALID"]);
    }
    expect((await raw("{}", "text/plain")).status).toBe(415);
  });

  test("honours If-Match", async () => {
    const { it, session } = await withSession();
    const stale = await append(it, messageOf(session), { "If-Match": '"7"' });
    expect([stale.status, stale.code]).toEqual([412, "PRECONDITION_FAILED"]);
    const malformed = await append(it, messageOf(session), { "If-Match": "7" });
    expect([malformed.status, malformed.code]).toEqual([422, "CONTENT_INVALID"]);
    expect((await append(it, messageOf(session), { "If-Match": '"1"' })).status).toBe(201);
    expect((await append(it, messageOf(session), { "If-Match": "*" })).status).toBe(201);
    expect(await linesOf(it.recorder, session)).toHaveLength(3);
  });
});
