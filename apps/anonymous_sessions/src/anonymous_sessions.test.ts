import { LOCAL_CALLER, mountFace, problemHandler, routeNotFound } from "@session-ledger/http_api";
import {
  createMemoryRecorder,
  type LogName,
  type Recorder,
  RecorderError,
  type SessionEntry,
} from "@session-ledger/schema_recorder";
import { AnonymousSessionSchema, AnonymousStartedEventSchema } from "@session-ledger/session_contract";
import express from "express";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { createAnonymousSessions } from "./anonymous_sessions.ts";

const SESSIONS = "/api/v1/sessions";
const UNKNOWN = "1f0e5a3c-9b7d-4c2a-8e61-5d3f7a9b0c24";
const NOW = "2026-11-21T09:30:00.123Z";

function createApp(recorder: Recorder = createMemoryRecorder()) {
  const logged: { level: string; fields: object }[] = [];
  const log = {
    info: (fields: object) => logged.push({ level: "info", fields }),
    warn: (fields: object) => logged.push({ level: "warn", fields }),
  };
  const app = express();
  const face = createAnonymousSessions({ recorder, clock: () => Date.parse(NOW), log });
  app.use(mountFace(face, { callerOf: () => LOCAL_CALLER }));
  app.use(routeNotFound, problemHandler());
  const create = async (): Promise<string> => {
    const { body } = await request(app).post(SESSIONS).expect(201);
    return body.session_id;
  };
  return { app, recorder, logged, create };
}

async function logsOf(recorder: Recorder): Promise<LogName[]> {
  return Array.fromAsync(recorder.logs());
}

/** A recorder of which one function fails. */
function failing(name: "append" | "erase" | "find", error: unknown): Recorder {
  return Object.assign(createMemoryRecorder(), { [name]: () => Promise.reject(error) });
}

describe("a creation", () => {
  test.each([
    ["no body", ""],
    ["an empty object", "{}"],
  ])("with %s is 201 with a new id each time", async (_, body) => {
    const { app, recorder } = createApp();
    const answers = [];
    for (let left = 2; left > 0; left -= 1) {
      const call = request(app).post(SESSIONS);
      const answer = await (body === "" ? call : call.type("json").send(body));
      expect([answer.status, answer.headers["etag"]]).toEqual([201, '"1"']);
      answers.push(AnonymousSessionSchema.parse(answer.body));
    }
    const [first, second] = answers;
    expect(first!.session_id).not.toBe(second!.session_id);
    expect(first!.created_at).toBe(NOW);
    expect(await logsOf(recorder)).toHaveLength(2);
  });

  test("is one line that names no one", async () => {
    const { recorder, create } = createApp();
    const session_id = await create();
    const [line, ...more] = await Array.fromAsync(recorder.read({ user_id: "_anonymous", session_id }));
    expect(more).toEqual([]);
    const { recorded_at, hash, event, ...rest } = line!;
    expect(rest).toEqual({
      seq: 1,
      type: "session.started",
      kind: "anonymous",
      cause: { trigger: "api_call" },
    });
    expect(AnonymousStartedEventSchema.parse(event)).toMatchObject({ session_id, start_time: NOW });
  });

  test.each([
    ["an unknown field", '{"user_id":"ada"}', "*"],
    ["null", "null", ""],
    ["an array", "[]", ""],
    ["a string", '"x"', ""],
    ["what is not JSON", "{", ""],
    ["nothing but blanks", " ", ""],
  ])("with %s is 422 and records nothing", async (_, body, path) => {
    const { app, recorder } = createApp();
    const answer = await request(app)
      .post(SESSIONS)
      .set("Content-Type", "application/json")
      .serialize(String)
      .send(body);
    expect([answer.status, answer.body.code]).toEqual([422, "CONTENT_INVALID"]);
    expect(answer.body.errors).toEqual([{ path: expect.any(String), message: expect.stringMatching(/\w/) }]);
    if (path === "") expect(answer.body.errors[0].path).toBe("");
    expect(await logsOf(recorder)).toEqual([]);
  });

  test("with a body of another type is 415", async () => {
    const { app } = createApp();
    const answer = await request(app).post(SESSIONS).type("text/plain").send("{}");
    expect([answer.status, answer.body.code]).toEqual([415, "MEDIA_TYPE_UNSUPPORTED"]);
  });
});

describe("a look-up", () => {
  test("gives what the creation gave", async () => {
    const { app } = createApp();
    const created = await request(app).post(SESSIONS);
    const found = await request(app).get(`${SESSIONS}/${created.body.session_id}`);
    expect([found.status, found.headers["etag"], found.body]).toEqual([200, '"1"', created.body]);
    const { status } = await request(app).get(`${SESSIONS}/${created.body.session_id.toUpperCase()}`);
    expect(status).toBe(200);
  });

  test("of a damaged session is 409, and it can be deleted", async () => {
    const recorder = createMemoryRecorder();
    const { app, create } = createApp(recorder);
    const session_id = await create();
    const [entry] = await recorder.find(session_id);
    const fault = { code: "LOG_CORRUPT", file: "f", line: 1, byte_offset: 0, reason: "bad" } as const;
    recorder.find = async (): Promise<SessionEntry[]> => [{ ...entry!, fault }];
    const found = await request(app).get(`${SESSIONS}/${session_id}`);
    expect([found.status, found.body.code]).toEqual([409, "LOG_CORRUPT"]);
    await request(app).delete(`${SESSIONS}/${session_id}`).expect(204);
  });

  test("of another face's session is 404", async () => {
    const recorder = createMemoryRecorder();
    const { app } = createApp(recorder);
    const log = { user_id: "ada", session_id: UNKNOWN };
    await recorder.append(log, [{ type: "session.started", event: log }], { expected_seq: 0 });
    await request(app).get(`${SESSIONS}/${UNKNOWN}`).expect(404);
    await request(app).delete(`${SESSIONS}/${UNKNOWN}`).expect(404);
    expect(await logsOf(recorder)).toEqual([log]);
  });
});

describe("a deletion", () => {
  test("is 204 without a body, then 404, and leaves nothing", async () => {
    const { app, recorder, create } = createApp();
    const session_id = await create();
    const deleted = await request(app).delete(`${SESSIONS}/${session_id}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    for (const method of ["get", "delete"] as const) {
      const answer = await request(app)[method](`${SESSIONS}/${session_id}`);
      expect([answer.status, answer.body.code]).toEqual([404, "SESSION_NOT_FOUND"]);
    }
    expect(await logsOf(recorder)).toEqual([]);
    expect(await recorder.erasureOf(session_id)).toBeUndefined();
  });

  test("of twenty at once succeeds once", async () => {
    const { app, create } = createApp();
    const session_id = await create();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => request(app).delete(`${SESSIONS}/${session_id}`)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...Array.from({ length: 19 }, () => 404)]);
  });

  test("with an If-Match that names another seq is 412, and the session stays", async () => {
    const { app, create } = createApp();
    const path = `${SESSIONS}/${await create()}`;
    const { status, body } = await request(app).delete(path).set("If-Match", '"2"');
    expect([status, body.code]).toEqual([412, "PRECONDITION_FAILED"]);
    await request(app).get(path).expect(200);
    await request(app).delete(path).set("If-Match", '"1"').expect(204);
  });
});

test.each(["get", "delete"] as const)(
  "%s of an unknown id is 404 and never says why, of what is no UUID 422",
  async (method) => {
    const { app } = createApp();
    const unknown = await request(app)[method](`${SESSIONS}/${UNKNOWN}`);
    expect([unknown.status, unknown.body.code]).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(unknown.body).not.toHaveProperty("reason");
    for (const id of ["x", "sess_0123456789abcdef", `${UNKNOWN}0`, `${UNKNOWN}%0a`, `{${UNKNOWN}}`, "%ff"]) {
      const answer = await request(app)[method](`${SESSIONS}/${id}`);
      expect([id, answer.status, answer.body.code]).toEqual([id, 422, "CONTENT_INVALID"]);
      expect(answer.body.errors).toHaveLength(1);
    }
  },
);

describe("a store that is not available", () => {
  test.each(["STORE_UNAVAILABLE", "STORE_FULL", "STORE_OVERLOADED", "STORE_FAILED"] as const)(
    "makes a deletion 503 for %s, and the session stays",
    async (code) => {
      const { app, create, logged } = createApp(failing("erase", new RecorderError(code)));
      const session_id = await create();
      const answer = await request(app).delete(`${SESSIONS}/${session_id}`);
      expect([answer.status, answer.body.code]).toEqual([503, code]);
      expect(logged.at(-1)).toEqual({ level: "warn", fields: { session_id, code } });
      await request(app).get(`${SESSIONS}/${session_id}`).expect(200);
    },
  );

  test("makes a creation 503, and no session", async () => {
    const recorder = failing("append", new RecorderError("STORE_FULL"));
    const { app, logged } = createApp(recorder);
    const answer = await request(app).post(SESSIONS);
    expect([answer.status, answer.body.code]).toEqual([503, "STORE_FULL"]);
    expect([await logsOf(recorder), logged]).toEqual([[], []]);
  });

  test("makes a look-up 503, and never 404", async () => {
    const { app } = createApp(failing("find", new Error("the disk is gone")));
    const answer = await request(app).get(`${SESSIONS}/${UNKNOWN}`);
    expect([answer.status, answer.body.code]).toEqual([503, "STORE_UNAVAILABLE"]);
  });
});

describe("an idempotency key", () => {
  const keyed = (app: express.Express, key: string, body = "{}") =>
    request(app).post(SESSIONS).set("Idempotency-Key", key).type("json").send(body);

  test("gives the first session again, for as long as it stands", async () => {
    const { app, recorder, logged } = createApp();
    const first = await keyed(app, "k");
    const again = await keyed(app, "k");
    expect([again.status, again.body, again.headers["idempotent-replayed"]]).toEqual([
      201,
      first.body,
      "true",
    ]);
    expect([(await logsOf(recorder)).length, logged.length]).toEqual([1, 1]);
    expect((await keyed(app, "other")).body.session_id).not.toBe(first.body.session_id);

    await request(app).delete(`${SESSIONS}/${first.body.session_id}`).expect(204);
    const after = await keyed(app, "k");
    expect([after.status, after.headers["idempotent-replayed"]]).toEqual([201, undefined]);
    expect(after.body.session_id).not.toBe(first.body.session_id);
  });

  test("with another body is 422", async () => {
    const { app } = createApp();
    await keyed(app, "k").expect(201);
    const other = await keyed(app, "k", "{ }");
    expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  });

  test("whose first request is under way is 409", async () => {
    const recorder = createMemoryRecorder();
    const { app } = createApp(recorder);
    const append = recorder.append.bind(recorder);
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    recorder.append = async (...given) => {
      begun.resolve();
      await gate.promise;
      return append(...given);
    };
    const first = keyed(app, "k").then(({ status }) => status);
    await begun.promise;
    const second = await keyed(app, "k");
    gate.resolve();
    expect([await first, second.status, second.body.code]).toEqual([201, 409, "IDEMPOTENCY_KEY_IN_FLIGHT"]);
  });
});

test("creations and deletions are logged with the id alone", async () => {
  const { app, logged, create } = createApp();
  const session_id = await create();
  await request(app).delete(`${SESSIONS}/${session_id}`);
  await request(app).delete(`${SESSIONS}/${session_id}`);
  expect(logged).toEqual([
    { level: "info", fields: { session_id } },
    { level: "info", fields: { session_id } },
    { level: "warn", fields: { session_id, code: "SESSION_NOT_FOUND" } },
  ]);
});
