// Start, end and validate as the tables and section 7 of the design have them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectInvalid, expectProblem } from "./expected_problem.ts";
import { post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { filesBelow, linesOf } from "./log_root_files.ts";
import {
  END,
  endedSession,
  endInput,
  endSession,
  freshUser,
  openSession,
  START,
  startInput,
  VALIDATE,
  validityOf,
} from "./operations.ts";

const SERVER_TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const RECORD_ID = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);
const SESSION_ID = expect.stringMatching(/^sess_[0-9a-f]{16}$/);
const A_RECORD_ID = "4e1d7b90-83c2-4d5f-a6e8-1f3c5b7d9024";
const A_TIME = "2026-11-21T09:31:00.000Z";

/** Fields that a start and an end share, each with a value that is not of the required form. */
const MALFORMED_FIELDS: readonly (readonly [string, object])[] = [
  ["performer_id", { performer_id: undefined }],
  ["performer_id", { performer_id: "" }],
  ["performer_id", { performer_id: " \t\n" }],
  ["performer_id", { performer_id: null }],
  ["performer_id", { performer_id: 7 }],
  ["user_id", { user_id: undefined }],
  ["user_id", { user_id: null }],
  ["user_id", { user_id: "" }],
  ["timestamp", { timestamp: A_TIME }],
  ["timestamp", { timestamp: null }],
  ["start_time", { start_time: A_TIME }],
  ["end_time", { end_time: A_TIME }],
  ["source", { source: "gesture_classifier" }],
  ["modality", { modality: "smell" }],
  ["schema_version", { schema_version: "1.0" }],
  ["schema_version", { schema_version: "01.0.0" }],
  ["record_id", { record_id: "1b4e28ba-2fa1-11d2-883f-0016d3cca427" }],
  ["record_id", { record_id: "r1" }],
];

let ledger: LedgerUnderTest;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
});
afterAll(() => ledger.remove());

describe("sessions.start", () => {
  test("answers 200 with the start output, every optional field null or at its default", async () => {
    const input = startInput();
    const answer = await post(ledger.url, START, input);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      etag: '"1"',
      "content-type": expect.stringMatching(/^application\/json\b/),
    });
    expect(answer.body).toEqual({
      ...input,
      schema_version: "1.0.1",
      record_id: RECORD_ID,
      session_id: SESSION_ID,
      timestamp: SERVER_TIME,
      modality: null,
      source: "session_manager",
      start_time: answer.body["timestamp"],
      is_training_data: false,
      session_notes: null,
      training_intent_label: null,
    });
  });

  test("records the very event that it answers with, as the first line of the session's file", async () => {
    const input = startInput();
    const { body } = await post(ledger.url, START, input);
    const session = { user_id: input.user_id, session_id: String(body["session_id"]) };
    const [line, ...more] = await linesOf(ledger.log_root, session);
    expect(more).toEqual([]);
    expect(line).toMatchObject({ seq: 1, type: "session.started", cause: { trigger: "user_action" } });
    expect(line!.event).toEqual(body);
    expect(line!.recorded_at).toEqual(SERVER_TIME);
  });

  test("keeps every field that the client may set", async () => {
    const fields = {
      performer_id: "system",
      schema_version: "1.2.3",
      modality: "multimodal",
      source: "session_manager",
      is_training_data: true,
      session_notes: "Übungssitzung \u2028 😀",
      training_intent_label: "go_outside",
    };
    const answer = await post(ledger.url, START, { ...startInput(), ...fields });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(fields);
  });

  test("takes null for every optional field", async () => {
    const answer = await post(ledger.url, START, {
      ...startInput(),
      schema_version: null,
      record_id: null,
      modality: null,
      source: null,
      is_training_data: null,
      session_notes: null,
      training_intent_label: null,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      schema_version: "1.0.1",
      is_training_data: false,
      session_notes: null,
    });
  });

  test.each(["gesture", "audio", "speech", "image", "multimodal"])(
    "takes the modality %s",
    async (modality) => {
      expect((await post(ledger.url, START, { ...startInput(), modality })).body).toMatchObject({ modality });
    },
  );

  test("takes a record_id as correlation only: it never becomes the event's", async () => {
    const answer = await post(ledger.url, START, { ...startInput(), record_id: A_RECORD_ID });
    expect(answer.status).toBe(200);
    expect(answer.body["record_id"]).toEqual(RECORD_ID);
    expect(answer.body["record_id"]).not.toBe(A_RECORD_ID);
  });

  test.each([
    ...MALFORMED_FIELDS,
    ["session_id", { session_id: "sess_0123456789abcdef" }],
    ["is_training_data", { is_training_data: "yes" }],
    ["session_notes", { session_notes: 1 }],
    ["training_intent_label", { training_intent_label: "" }],
  ] as const)("answers 400 and names %s for %j, and creates nothing", async (path, fields) => {
    const before = await filesBelow(`${ledger.log_root}/users`);
    expectInvalid(await post(ledger.url, START, { ...startInput(), ...fields }), 400, path);
    expect(await filesBelow(`${ledger.log_root}/users`)).toEqual(before);
  });

  test("answers 400 for an unknown field", async () => {
    expectInvalid(await post(ledger.url, START, { ...startInput(), colour: "blue" }), 400);
  });

  test.each(["active", "active, with other fields"])(
    "while a session is %s is 409 and changes nothing",
    async (kind) => {
      const { user_id } = await openSession(ledger.url);
      const before = await filesBelow(`${ledger.log_root}/users`);
      const more = kind === "active" ? {} : { session_notes: "another", performer_id: "system" };
      const answer = await post(ledger.url, START, { user_id, performer_id: "carer01", ...more });
      expectProblem(answer, 409, "SESSION_ALREADY_ACTIVE");
      expect(await filesBelow(`${ledger.log_root}/users`)).toEqual(before);
    },
  );

  test("after an end is a new session in a new file", async () => {
    const first = await endedSession(ledger.url);
    const second = await openSession(ledger.url, first.user_id);
    expect(second.session_id).not.toBe(first.session_id);
    expect(await linesOf(ledger.log_root, first)).toHaveLength(2);
    expect(await linesOf(ledger.log_root, second)).toHaveLength(1);
  });
});

describe("sessions.end", () => {
  test("answers 200 with the end output, and records the very event", async () => {
    const session = await openSession(ledger.url);
    const [start] = await linesOf(ledger.log_root, session);
    const input = { ...endInput(session), performer_id: "carer02" };
    const answer = await post(ledger.url, END, input);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      etag: '"2"',
      "content-type": expect.stringMatching(/^application\/json\b/),
    });
    expect(answer.body).toEqual({
      ...input,
      schema_version: "1.0.1",
      record_id: RECORD_ID,
      timestamp: SERVER_TIME,
      modality: null,
      source: "session_manager",
      end_time: answer.body["timestamp"],
    });
    expect(answer.body["record_id"]).not.toBe(start!.event["record_id"]);
    const [, end] = await linesOf(ledger.log_root, session);
    expect(end).toMatchObject({ seq: 2, type: "session.ended", cause: { trigger: "user_action" } });
    expect(end!.event).toEqual(answer.body);
  });

  test.each([
    ...MALFORMED_FIELDS,
    ["session_id", { session_id: undefined }],
    ["session_id", { session_id: null }],
    ["session_id", { session_id: "" }],
    ["session_notes", { session_notes: "late" }],
  ] as const)("answers 400 and names %s for %j, and the session stays open", async (path, fields) => {
    const session = await openSession(ledger.url);
    expectInvalid(await post(ledger.url, END, { ...endInput(session), ...fields }), 400, path);
    expect(await validityOf(ledger.url, session)).toBe("active");
    expect(await linesOf(ledger.log_root, session)).toHaveLength(1);
  });

  test("of an unknown session is 404, of another user's 403, of a stopped one 409", async () => {
    const stopped = await endedSession(ledger.url);
    const unknown = { user_id: stopped.user_id, session_id: "sess_0123456789abcdef" };
    expectProblem(await post(ledger.url, END, endInput(unknown)), 404, "SESSION_NOT_FOUND");
    const open = await openSession(ledger.url);
    const foreign = { user_id: stopped.user_id, session_id: open.session_id };
    expectProblem(await post(ledger.url, END, endInput(foreign)), 403, "SESSION_USER_MISMATCH");
    expectProblem(await post(ledger.url, END, endInput(stopped)), 409, "SESSION_ALREADY_ENDED");
    expect(await validityOf(ledger.url, open)).toBe("active");
    expect(await linesOf(ledger.log_root, stopped)).toHaveLength(2);
  });

  test("checks the form before the session, the owner before the state", async () => {
    const stopped = await endedSession(ledger.url);
    const unknown = { user_id: freshUser(), session_id: "sess_0123456789abcdef" };
    expectInvalid(
      await post(ledger.url, END, { ...endInput(unknown), performer_id: "" }),
      400,
      "performer_id",
    );
    const foreign = { user_id: freshUser(), session_id: stopped.session_id };
    expectProblem(await post(ledger.url, END, endInput(foreign)), 403, "SESSION_USER_MISMATCH");
  });

  test("with an If-Match that differs is 412 and changes nothing; with the session's ETag it is taken", async () => {
    const session = await openSession(ledger.url);
    const stale = await post(ledger.url, END, endInput(session), { "If-Match": '"2"' });
    expectProblem(stale, 412, "PRECONDITION_FAILED");
    expect(await validityOf(ledger.url, session)).toBe("active");
    expect((await post(ledger.url, END, endInput(session), { "If-Match": '"1"' })).status).toBe(200);
  });
});

describe("sessions.validate", () => {
  test("says active, closed or invalid with 200, and the ETag of a session that there is", async () => {
    const open = await openSession(ledger.url);
    const ended = await endedSession(ledger.url);
    for (const [session, status, etag] of [
      [open, "active", '"1"'],
      [ended, "closed", '"2"'],
      [{ ...open, session_id: "sess_0123456789abcdef" }, "invalid", undefined],
      [{ ...open, user_id: ended.user_id }, "invalid", undefined],
    ] as const) {
      const answer = await post(ledger.url, VALIDATE, session);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ status });
      expect(answer.headers.etag).toBe(etag);
    }
  });

  test("changes nothing", async () => {
    const open = await openSession(ledger.url);
    const before = await filesBelow(`${ledger.log_root}/users`);
    for (let times = 0; times < 3; times += 1) await validityOf(ledger.url, open);
    expect(await filesBelow(`${ledger.log_root}/users`)).toEqual(before);
    await endSession(ledger.url, open);
  });

  test.each([
    ["user_id", { user_id: undefined }],
    ["session_id", { session_id: undefined }],
    ["session_id", { session_id: 1 }],
    ["timestamp", { timestamp: A_TIME }],
  ])("answers 400 and names %s for %j", async (path, fields) => {
    const session = { user_id: "user-a", session_id: "sess_0123456789abcdef" };
    expectInvalid(await post(ledger.url, VALIDATE, { ...session, ...fields }), 400, path);
  });
});
