import { createMemoryRecorder, type Recorder, RecorderError } from "@session-ledger/schema_recorder";
import { SessionLookupSchema } from "@session-ledger/session_contract";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { messageOf, recordElsewhere, replaceIn, startApp, type TestApp } from "./test_support.ts";

const by = (user_id: string) => ({ user_id, performer_id: "p" });

async function lookUp({ app }: TestApp, session_id: string, query = "") {
  const { status, body, headers } = await request(app).get(`/session_manager/sessions/${session_id}${query}`);
  if (status === 200) SessionLookupSchema.parse(body);
  return { status, body, etag: headers["etag"] };
}

/** A recorder whose appends wait, and the session id of the first one once it does. */
function gatedRecorder(inner: Recorder) {
  const gate = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<string>();
  const recorder = replaceIn(inner, {
    append: async (log, events, options) => {
      waiting.resolve(log.session_id);
      await gate.promise;
      return inner.append(log, events, options);
    },
  });
  return { recorder, gate, session_id: waiting.promise };
}

describe("while a session's first line is being written", () => {
  test("it is creating, and active once the line is durable", async () => {
    const { recorder, gate, session_id } = gatedRecorder(createMemoryRecorder());
    const it = await startApp({ recorder });
    const start = it.manager.service.start({ ...by("u1"), kind: "execution" });
    const id = await session_id;
    const during = await lookUp(it, id);
    expect([during.status, during.etag]).toEqual([200, undefined]);
    expect(during.body).toMatchObject({
      found: true,
      reason: "ok",
      session: {
        session_id: id,
        user_id: "u1",
        kind: "execution",
        state: "creating",
        seq: 0,
        started_at: "2026-11-21T09:30:00.000Z",
        updated_at: null,
      },
    });
    gate.resolve();
    await start;
    const after = await lookUp(it, id);
    expect([after.body.session.state, after.body.session.seq, after.etag]).toEqual(["active", 1, '"1"']);
  });

  test("a failure leaves nothing of it", async () => {
    const { recorder, gate, session_id } = gatedRecorder(createMemoryRecorder());
    const it = await startApp({ recorder });
    const start = it.manager.service.start(by("u1"));
    const id = await session_id;
    gate.reject(new RecorderError("STORE_FULL"));
    await expect(start).rejects.toMatchObject({ code: "STORE_FULL" });
    const after = await lookUp(it, id);
    expect([after.status, after.body.reason]).toEqual([404, "not_found_never_existed"]);
  });
});

describe("a look-up", () => {
  test("on a store that cannot be asked is 503, and never 'never existed'", async () => {
    const recorder = replaceIn(createMemoryRecorder(), { find: () => Promise.reject(new Error("disk I/O")) });
    const it = await startApp({ recorder });
    const { status, body } = await lookUp(it, "sess_0123456789abcdef");
    expect([status, body.code]).toEqual([503, "STORE_UNAVAILABLE"]);
    expect(body).not.toHaveProperty("found");
    expect(JSON.stringify(body)).not.toContain("disk I/O");
    const invalid = await lookUp(it, "sess_");
    expect([invalid.status, invalid.body.reason]).toEqual([400, "not_found_invalid_format"]);
  });

  test("of a damaged session says so", async () => {
    const inner = createMemoryRecorder();
    const fault = { code: "LOG_CORRUPT", file: "f", line: 1, byte_offset: 0, reason: "r" } as const;
    const recorder = replaceIn(inner, {
      find: async (session_id) => (await inner.find(session_id)).map((entry) => ({ ...entry, fault })),
    });
    const it = await startApp({ recorder: inner });
    const { answer } = await it.manager.service.start(by("u1"));
    const { status, body } = await lookUp(await startApp({ recorder }), answer.session_id);
    expect([status, body.code]).toEqual([409, "LOG_CORRUPT"]);
  });

  test("changes nothing, and does not keep a session alive", async () => {
    const it = await startApp({ config: { session_timeout_seconds: 60 } });
    const { answer } = await it.manager.service.start(by("u1"));
    it.clock.advance(60_000);
    await lookUp(it, answer.session_id);
    it.clock.advance(1);
    await it.manager.stop();
    const { body } = await lookUp(it, answer.session_id);
    expect(body.session).toMatchObject({ state: "stopped", seq: 2, ended_through: "system_timeout" });
  });
});

describe("an id that two users have", () => {
  const id = "sess_0123456789abcdef";
  async function ofTwo() {
    const it = await startApp();
    for (const user_id of ["u1", "u2"]) {
      const log = { user_id, session_id: id };
      const event = { ...log, record_id: messageOf(log).record_id, performer_id: "p" };
      await it.recorder.append(log, [{ type: "session.started", event }], { expected_seq: 0 });
      it.clock.advance(1_000);
      await recordElsewhere(it.recorder, log, "session.ended");
    }
    return it;
  }

  test("is that of the one who was written to last", async () => {
    const it = await ofTwo();
    expect((await lookUp(it, id)).body.session.user_id).toBe("u2");
  });

  test("is rather one that is not deleted", async () => {
    const it = await ofTwo();
    await it.manager.service.delete({ ...by("u2"), session_id: id });
    expect((await lookUp(it, id)).body.session.user_id).toBe("u1");
    expect((await lookUp(it, id, "?include_deleted=true")).body.session.user_id).toBe("u1");
  });
});

describe("an archived session", () => {
  const archived_at = "2026-11-22T00:00:00.000Z";

  async function archived() {
    const before = await startApp();
    const { answer } = await before.manager.service.start(by("u1"));
    const session = { user_id: "u1", session_id: answer.session_id };
    await before.manager.service.end({ ...session, performer_id: "p" });
    const inner = before.recorder;
    const recorder = replaceIn(inner, {
      find: async (session_id) => (await inner.find(session_id)).map((entry) => ({ ...entry, archived_at })),
    });
    return { it: await startApp({ recorder }), session };
  }

  test("is not found, and says from when on and where it is restored", async () => {
    const { it, session } = await archived();
    for (const query of ["", "?include_deleted=true", "?at_seq=1"]) {
      const { status, body } = await lookUp(it, session.session_id, query);
      expect(status).toBe(404);
      expect(body).toMatchObject({
        code: "SESSION_NOT_FOUND",
        found: false,
        reason: "not_found_archived",
        archived_at,
        restore: "POST /session_manager/sessions.restore",
      });
    }
  });

  test("takes no command, and is closed", async () => {
    const { it, session } = await archived();
    const { service } = it.manager;
    const input = { ...session, performer_id: "p" };
    const attempts = [
      () => service.end(input),
      () => service.pause(input),
      () => service.resume(input),
      () => service.delete(input),
      () => service.append(messageOf(session)),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code: "SESSION_NOT_FOUND",
        members: { reason: "not_found_archived" },
      });
    }
    expect((await service.validate(session)).answer).toEqual({ status: "closed" });
    expect((await service.start(by("u1"))).seq).toBe(1);
  });
});
