// The recording of messages as the tables and section 7 of the design have it.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectInvalid, expectProblem } from "./expected_problem.ts";
import { post, postText } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { linesOf } from "./log_root_files.ts";
import {
  APPEND,
  endedSession,
  freshUser,
  messageInput,
  openSession,
  type SessionNames,
  validityOf,
} from "./operations.ts";

const LINE_BYTES_MAX = 512 * 1024;
const FEATURES = {
  uri: "features/capture-1.npz",
  hash: `sha256:${"0a".repeat(32)}`,
  encoding: "landmarks_v1",
  shape: [120, 42],
  dtype: "float32",
  format: "npz",
};

let ledger: LedgerUnderTest;
let session: SessionNames;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
  session = await openSession(ledger.url);
});
afterAll(() => ledger.remove());

/** Sends a message with these fields to the one open session. */
function append(fields: object = {}) {
  return post(ledger.url, APPEND, { ...messageInput(session), ...fields });
}

/** An event of this depth, itself included. */
function nested(depth: number): object {
  return { deep: JSON.parse("[".repeat(depth - 1) + "]".repeat(depth - 1)) };
}

describe("an append", () => {
  test("answers 201 with exactly the record_id and recorded_at, and the session's new ETag", async () => {
    const own = await openSession(ledger.url);
    const message = messageInput(own);
    const answer = await post(ledger.url, APPEND, message);
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      etag: '"2"',
      "content-type": expect.stringMatching(/^application\/json\b/),
    });
    const [, line] = await linesOf(ledger.log_root, own);
    expect(answer.body).toEqual({ record_id: message.record_id, recorded_at: line!.recorded_at });
    expect(line).toMatchObject({ seq: 2, type: "message.appended", event: message });
  });

  test("records the message unchanged, whatever else it holds", async () => {
    const own = await openSession(ledger.url);
    const message = {
      ...messageInput(own),
      timestamp: "2026-11-21T10:31:00.123456+01:00",
      schema_version: "1.0.1",
      modality: "gesture",
      event: "capture.open",
      capture_id: randomUUID(),
      annotation: { intent: "go_outside" },
      raw_features_ref: FEATURES,
      classifier_output: { go_outside: 0.83, unknown: 0 },
      extra: {
        text: "a\u0000b\u2028c\ud800 \u00e9 e\u0301",
        numbers: [0.1, 1e-7, 9007199254740991],
        empty: [{}, [], ""],
      },
    };
    expect((await post(ledger.url, APPEND, message)).status).toBe(201);
    const [, line] = await linesOf(ledger.log_root, own);
    expect(line!.event).toEqual(message);
    expect(Object.keys(line!.event)).toEqual(Object.keys(message));
  });

  test.each([
    { event: null, capture_id: null, annotation: null, raw_features_ref: null, classifier_output: null },
    { modality: null, schema_version: null },
    { timestamp: "2026-11-21T09:31:00.5-05:00" },
    { event: "classifier.result" },
    { performer_id: "system" },
    { classifier_output: { unknown: 1 } },
    { audio_payload: "dGV4dA==", audio_format: "npz_ref" },
    { number: 9007199254740991, fraction: 0.5 },
    { deep: JSON.parse("[".repeat(63) + "]".repeat(63)) },
  ])("takes %j", async (fields) => {
    expect((await append(fields)).status).toBe(201);
  });

  test.each([
    ["record_id", { record_id: undefined }],
    ["record_id", { record_id: "1b4e28ba-2fa1-11d2-883f-0016d3cca427" }],
    ["user_id", { user_id: undefined }],
    ["session_id", { session_id: undefined }],
    ["session_id", { session_id: null }],
    ["source", { source: undefined }],
    ["performer_id", { performer_id: undefined }],
    ["performer_id", { performer_id: "  " }],
    ["timestamp", { timestamp: undefined }],
    ["timestamp", { timestamp: null }],
    ["timestamp", { timestamp: "2026-11-21T09:31:00" }],
    ["timestamp", { timestamp: "2026-11-21T09:31:00.1234567Z" }],
    ["timestamp", { timestamp: "2026-02-30T09:31:00Z" }],
    ["modality", { modality: "smell" }],
    ["schema_version", { schema_version: "one" }],
    ["capture_id", { capture_id: "capture-1" }],
    ["annotation", { annotation: { intent: "go" } }],
    ["annotation", { annotation: { intent: "go" }, event: "capture.close" }],
    ["annotation.intent", { annotation: {}, event: "capture.open" }],
    ["classifier_output.unknown", { classifier_output: { go: 0.5 } }],
    ["classifier_output.unknown", { classifier_output: { unknown: 1.01 } }],
    ["raw_features_ref.uri", { raw_features_ref: { ...FEATURES, uri: "features/capture-1.mp4" } }],
    ["raw_features_ref.hash", { raw_features_ref: { ...FEATURES, hash: "md5:00" } }],
    ["raw_features_ref.encoding", { raw_features_ref: { ...FEATURES, encoding: undefined } }],
    ["raw_features_ref.shape", { raw_features_ref: { ...FEATURES, shape: [120] } }],
    ["raw_features_ref.dtype", { raw_features_ref: { ...FEATURES, dtype: "" } }],
    ["raw_features_ref.format", { raw_features_ref: { ...FEATURES, format: "npy" } }],
  ])("answers 422 and names %s for %j", async (path, fields) => {
    expectInvalid(await append(fields), 422, path);
  });

  test.each([
    { frame_data: "AAAA" },
    { frame_data: null },
    { frames: [{ inner: { frame_data: [] } }] },
    { audio_payload: "AAAA", audio_format: "base64" },
    { audio: [{ audio_payload: "AAAA", audio_format: "bytes" }] },
    { picture: "data:image/png;base64,AAAA" },
    { pictures: [["data:image/jpeg;base64,AAAA"]] },
  ])("of raw media is 422 and never stored: %j", async (fields) => {
    const before = await linesOf(ledger.log_root, session);
    expectProblem(await append(fields), 422, "RAW_MEDIA_REFUSED");
    expect(await linesOf(ledger.log_root, session)).toEqual(before);
  });

  test("a second time with one record_id in one session is 409; in another session it is taken", async () => {
    const message = messageInput(session);
    expect((await append(message)).status).toBe(201);
    const before = await linesOf(ledger.log_root, session);
    expectProblem(await append(message), 409, "RECORD_ID_REUSED");
    expectProblem(await append({ ...message, more: "another text" }), 409, "RECORD_ID_REUSED");
    expect(await linesOf(ledger.log_root, session)).toEqual(before);
    const other = await openSession(ledger.url);
    expect((await post(ledger.url, APPEND, { ...message, ...other })).status).toBe(201);
  });

  test("to an unknown session is 404, to another user's 403, to an ended one 400", async () => {
    const ended = await endedSession(ledger.url);
    expectProblem(await append({ session_id: "sess_0123456789abcdef" }), 404, "SESSION_NOT_FOUND");
    expectProblem(await append({ user_id: ended.user_id }), 403, "SESSION_USER_MISMATCH");
    expectProblem(await append({ session_id: ended.session_id }), 403, "SESSION_USER_MISMATCH");
    expectProblem(await append(ended), 400, "SESSION_ALREADY_CLOSED");
    expect(await linesOf(ledger.log_root, ended)).toHaveLength(2);
    expect(await validityOf(ledger.url, ended)).toBe("closed");
  });

  test("checks the form before the session", async () => {
    const unknown = { user_id: freshUser(), session_id: "sess_0123456789abcdef" };
    expectInvalid(await append({ ...unknown, timestamp: undefined }), 422, "timestamp");
  });

  test.each([
    ["65 levels deep", JSON.stringify(nested(65))],
    ["with a __proto__ key", '{"a":{"__proto__":{"polluted":true}}}'],
    ["with an integer beyond 2^53-1", '{"n":9007199254740992}'],
    ["with a number that is not finite", '{"n":-1e400}'],
  ])("%s is 422 and recorded nowhere", async (_what, more) => {
    const before = await linesOf(ledger.log_root, session);
    const text = `${JSON.stringify(messageInput(session)).slice(0, -1)},"more":${more}}`;
    const answer = await postText(ledger.url, APPEND, text);
    expect([answer.status, answer.headers["content-type"]]).toEqual([
      422,
      expect.stringMatching(/^application\/problem\+json\b/),
    ]);
    expect(await linesOf(ledger.log_root, session)).toEqual(before);
  });

  test("over the line's limit is 413, and just below it is recorded whole", async () => {
    const own = await openSession(ledger.url);
    const before = await linesOf(ledger.log_root, own);
    const tooLong = { ...messageInput(own), text: "x".repeat(LINE_BYTES_MAX) };
    expectProblem(await post(ledger.url, APPEND, tooLong), 413, "LINE_TOO_LONG");
    expect(await linesOf(ledger.log_root, own)).toEqual(before);
    const fits = { ...messageInput(own), text: "x".repeat(LINE_BYTES_MAX - 1024) };
    expect((await post(ledger.url, APPEND, fits)).status).toBe(201);
    expect((await linesOf(ledger.log_root, own))[1]!.event).toEqual(fits);
  });

  test("with an If-Match that differs is 412; with `*` or the session's ETag it is taken", async () => {
    const own = await openSession(ledger.url);
    const send = (match: string) => post(ledger.url, APPEND, messageInput(own), { "If-Match": match });
    expectProblem(await send('"0"'), 412, "PRECONDITION_FAILED");
    expectProblem(await send('W/"1"'), 412, "PRECONDITION_FAILED");
    expectInvalid(await send("1"), 422, "If-Match");
    const taken = await send('"1"');
    expect([taken.status, taken.headers.etag]).toEqual([201, '"2"']);
    expect((await send("*")).status).toBe(201);
    expect((await send('"7", "3"')).status).toBe(201);
    expect(await linesOf(ledger.log_root, own)).toHaveLength(4);
  });
});

test("the times of a log never decrease and its lines count from 1 without gaps", async () => {
  const lines = await linesOf(ledger.log_root, session);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
  expect(lines.map(({ recorded_at }) => recorded_at)).toEqual(
    lines.map(({ recorded_at }) => recorded_at).sort(),
  );
});
