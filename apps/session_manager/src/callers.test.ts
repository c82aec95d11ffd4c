import { type Caller, LOCAL_CALLER } from "@session-ledger/http_api";
import { createMemoryRecorder, type Recorder } from "@session-ledger/schema_recorder";
import type { Express } from "express";
import request from "supertest";
import { beforeEach, describe, expect, test } from "vitest";
import { linesOf, logsOf, messageOf, startApp, type TestApp } from "./test_support.ts";

const SERVICE: Caller = { role: "service", principal: "web" };
const ADA: Caller = { role: "user", principal: "ada-phone", user_id: "ada" };
const OPERATOR: Caller = { role: "operator", principal: "ops" };

const ADA_SESSION = "sess_00000000000000aa";
const COMMANDS = ["end", "pause", "resume", "delete"] as const;
const READS = ["", "/audit", "/events", "?include_deleted=true", "/events?include_deleted=true"];

/** Apps on one recorder, each for another caller. A session of bob's stands in every state. */
interface Fixture {
  readonly recorder: Recorder;
  readonly local: TestApp;
  readonly ada: Express;
  readonly service: Express;
  readonly operator: Express;
  /** Bob's sessions by their state. */
  readonly bobs: Readonly<Record<string, string>>;
}

async function createFixture(): Promise<Fixture> {
  const recorder = createMemoryRecorder();
  const appFor = async (caller: Caller) => (await startApp({ recorder, caller })).app;
  const local = await startApp({ recorder });
  const { service } = local.manager;
  const bob = { user_id: "bob", performer_id: "p" };
  const start = async () => ({ ...bob, session_id: (await service.start(bob)).answer.session_id });
  const deleted = await start();
  await service.end(deleted);
  await service.delete(deleted);
  const stopped = await start();
  await service.end(stopped);
  const paused = await start();
  await service.pause(paused);
  const bobs = {
    deleted: deleted.session_id,
    stopped: stopped.session_id,
    paused: paused.session_id,
    unknown: "sess_00000000000000ff",
  };
  return {
    recorder,
    local,
    ada: await appFor(ADA),
    service: await appFor(SERVICE),
    operator: await appFor(OPERATOR),
    bobs,
  };
}

/** An answer without what names the request. */
function told({ status, body }: { status: number; body: Record<string, unknown> }) {
  const { request_id: _, ...rest } = body;
  return { status, ...rest };
}

let it: Fixture;
beforeEach(async () => {
  it = await createFixture();
});

describe("a user's key", () => {
  test("on another's session hears that it never existed, whatever its state and whatever is asked", async () => {
    for (const path of READS) {
      const answers = [];
      for (const id of Object.values(it.bobs)) {
        const [suffix, query = ""] = path.split("?");
        answers.push(told(await request(it.ada).get(`/session_manager/sessions/${id}${suffix}?${query}`)));
      }
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 404, reason: "not_found_never_existed" });
        expect(answer).toEqual(answers[0]);
      }
    }
    for (const command of COMMANDS) {
      for (const session_id of Object.values(it.bobs)) {
        const body = { user_id: "ada", performer_id: "p", session_id };
        const answer = await request(it.ada).post(`/session_manager/sessions.${command}`).send(body);
        expect([command, answer.status, answer.body.reason]).toEqual([
          command,
          404,
          "not_found_never_existed",
        ]);
      }
    }
    for (const session_id of Object.values(it.bobs)) {
      const message = messageOf({ user_id: "ada", session_id });
      const appended = await request(it.ada).post("/schema-recorder/append").send(message);
      expect([appended.status, appended.body.reason]).toEqual([404, "not_found_never_existed"]);
      const asked = await request(it.ada)
        .post("/session_manager/sessions.validate")
        .send({ user_id: "ada", session_id });
      expect(asked.body).toEqual({ status: "invalid" });
    }
  });

  test("that names another user, or acts as the system, is 403, and nothing is recorded", async () => {
    const before = await logsOf(it.recorder);
    const session_id = it.bobs["paused"]!;
    const bodies = {
      "/session_manager/sessions.start": { user_id: "bob", performer_id: "p" },
      "/session_manager/sessions.validate": { user_id: "bob", session_id },
      "/schema-recorder/append": messageOf({ user_id: "bob", session_id }),
      ...Object.fromEntries(
        COMMANDS.map((command) => [
          `/session_manager/sessions.${command}`,
          { user_id: "bob", performer_id: "p", session_id },
        ]),
      ),
    };
    for (const [path, body] of Object.entries(bodies)) {
      const answer = await request(it.ada).post(path).send(body);
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, "FORBIDDEN_USER"]);
      if (path.endsWith("validate")) continue;
      const as_system = { ...body, user_id: "ada", performer_id: "system" };
      const refused = await request(it.ada).post(path).send(as_system);
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, "FORBIDDEN_PERFORMER"]);
    }
    const listed = await request(it.ada).get("/session_manager/sessions?user_id=bob");
    expect([listed.status, listed.body.code]).toEqual([403, "FORBIDDEN_USER"]);
    expect(await logsOf(it.recorder)).toEqual(before);
  });

  test("lists its own user's sessions alone", async () => {
    const start = { user_id: "ada", performer_id: "p" };
    const { body } = await request(it.ada).post("/session_manager/sessions.start").send(start).expect(200);
    for (const query of ["", "?user_id=ada", "?include_deleted=true"]) {
      const { body: page } = await request(it.ada).get(`/session_manager/sessions${query}`).expect(200);
      expect(page.sessions.map((each: { session_id: string }) => each.session_id)).toEqual([body.session_id]);
    }
  });

  test("finds its own session where another user has one of the same id", async () => {
    for (const user_id of ["bob", "ada"]) {
      const event = {
        record_id: "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10",
        user_id,
        start_time: "2026-11-21T09:30:00.000Z",
      };
      await it.recorder.append({ user_id, session_id: ADA_SESSION }, [{ type: "session.started", event }], {
        expected_seq: 0,
      });
    }
    const { body } = await request(it.ada).get(`/session_manager/sessions/${ADA_SESSION}`).expect(200);
    expect(body.session.user_id).toBe("ada");
  });
});

describe("the name of a key", () => {
  test("stands in the cause of every line that it causes, and of no other", async () => {
    const by = { user_id: "ada", performer_id: "p" };
    const { body } = await request(it.service).post("/session_manager/sessions.start").send(by).expect(200);
    const session = { user_id: "ada", session_id: body.session_id };
    await request(it.ada).post("/schema-recorder/append").send(messageOf(session)).expect(201);
    await it.local.manager.service.append(messageOf(session));
    await request(it.service)
      .post("/session_manager/sessions.end")
      .send({ ...session, performer_id: "system" })
      .expect(200);
    const lines = await linesOf(it.recorder, session);
    expect(lines.map(({ cause }) => cause)).toEqual([
      { trigger: "user_action", principal: "web" },
      { trigger: "user_action", principal: "ada-phone" },
      undefined,
      { trigger: "api_call", principal: "web" },
    ]);
  });

  test("is part of what an idempotency key belongs to", async () => {
    const start = (app: Express) =>
      request(app)
        .post("/session_manager/sessions.start")
        .set("Idempotency-Key", "k")
        .send({ user_id: "ada", performer_id: "p" });
    const first = await start(it.service);
    const other = await start(it.ada);
    const again = await start(it.service);
    expect([first.status, other.body.code]).toEqual([200, "SESSION_ALREADY_ACTIVE"]);
    expect([again.headers["idempotent-replayed"], again.body]).toEqual(["true", first.body]);
  });
});

describe("an operator's key", () => {
  test("reads every session, and records nothing in a user's name", async () => {
    const id = it.bobs["paused"]!;
    for (const path of READS)
      await request(it.operator).get(`/session_manager/sessions/${id}${path}`).expect(200);
    await request(it.operator).get("/session_manager/sessions").expect(200);
    for (const command of ["start", "validate", ...COMMANDS]) {
      const answer = await request(it.operator).post(`/session_manager/sessions.${command}`).send({});
      expect([command, answer.status, answer.body.code]).toEqual([command, 403, "FORBIDDEN_ROLE"]);
    }
    const append = await request(it.operator).post("/schema-recorder/append").send({});
    expect([append.status, append.body.code]).toEqual([403, "FORBIDDEN_ROLE"]);
  });
});

test("without keys another's session is told of, as before", async () => {
  const body = { user_id: "ada", performer_id: "p", session_id: it.bobs["paused"] };
  const { app } = await startApp({ recorder: it.recorder, caller: LOCAL_CALLER });
  const answer = await request(app).post("/session_manager/sessions.end").send(body);
  expect([answer.status, answer.body.code]).toEqual([403, "SESSION_USER_MISMATCH"]);
});
