import {
  createMemoryRecorder,
  IdempotentRequests,
  RecorderError,
  type SessionEntry,
} from "@session-ledger/schema_recorder";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { ActiveSessions } from "./active_sessions.ts";
import { CreatingSessions } from "./creating_sessions.ts";
import { createIdGenerator, type IdGenerator } from "./idgen.ts";
import { Lanes } from "./lanes.ts";
import { RecordIds } from "./record_ids.ts";
import { SessionRepository } from "./repository.ts";
import { SessionService } from "./service.ts";
import { linesOf, logsOf, messageOf, replaceIn, startApp, TestClock } from "./test_support.ts";

const by = (user_id: string) => ({ user_id, performer_id: "p" });

/** How many of each outcome: `ok`, or the code of the refusal. */
async function tally(outcomes: Iterable<Promise<unknown>>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(outcomes)) {
    const name = outcome.status === "fulfilled" ? "ok" : String(outcome.reason.code ?? outcome.reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function serviceOf(recorder = createMemoryRecorder(), ids: IdGenerator = createIdGenerator("sess_")) {
  const active = new ActiveSessions();
  const service = new SessionService({
    repository: new SessionRepository(recorder),
    active,
    record_ids: new RecordIds({ recorder, bytes_max: 1_000_000 }),
    ids,
    creating: new CreatingSessions(),
    lanes: new Lanes(),
    keys: new IdempotentRequests(recorder),
    clock: new TestClock(),
    onCommit: () => {},
  });
  return { service, active, recorder };
}

describe("at once", () => {
  test("fifty starts for one user over HTTP are one 200, forty-nine 409 and one log", async () => {
    const it = await startApp();
    const server = it.app.listen(0);
    try {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          request(server).post("/session_manager/sessions.start").send(by("u1")),
        ),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
      expect(await logsOf(it.recorder)).toHaveLength(1);
    } finally {
      server.close();
    }
  });

  test("fifty pauses of one session are one pause and forty-nine refusals", async () => {
    const { service, recorder } = serviceOf();
    const { answer } = await service.start(by("u1"));
    const input = { ...by("u1"), session_id: answer.session_id };
    const pauses = Array.from({ length: 50 }, () => service.pause(input));
    expect(await tally(pauses)).toEqual({ ok: 1, ILLEGAL_TRANSITION: 49 });
    expect(await linesOf(recorder, answer)).toHaveLength(2);
  });

  test("fifty ends of one session are one end and forty-nine refusals", async () => {
    const { service, recorder } = serviceOf();
    const { answer } = await service.start(by("u1"));
    const input = { ...by("u1"), session_id: answer.session_id };
    const ends = Array.from({ length: 50 }, () => service.end(input));
    expect(await tally(ends)).toEqual({ ok: 1, SESSION_ALREADY_ENDED: 49 });
    expect(await linesOf(recorder, answer)).toHaveLength(2);
  });

  test("appends and an end of one session are taken in the order in which they came", async () => {
    const { service, recorder } = serviceOf();
    const { answer } = await service.start(by("u1"));
    const session = { user_id: "u1", session_id: answer.session_id };
    const append = () => service.append(messageOf(session));
    const before = [append(), append(), append()];
    const end = service.end({ ...session, performer_id: "p" });
    const after = [append(), append()];
    expect(await tally(before)).toEqual({ ok: 3 });
    expect((await end).seq).toBe(5);
    expect(await tally(after)).toEqual({ SESSION_ALREADY_CLOSED: 2 });
    expect((await linesOf(recorder, session)).at(-1)?.type).toBe("session.ended");
  });

  test("one record_id sent twenty times is recorded once", async () => {
    const { service } = serviceOf();
    const { answer } = await service.start(by("u1"));
    const message = messageOf(answer);
    const appends = Array.from({ length: 20 }, () => service.append(message));
    expect(await tally(appends)).toEqual({ ok: 1, RECORD_ID_REUSED: 19 });
  });
});

describe("two services on one recorder", () => {
  test("let one start of a user through", async () => {
    const one = serviceOf();
    const two = serviceOf(one.recorder);
    const starts = [one, two, one, two].map(({ service }) => service.start(by("u1")));
    expect(await tally(starts)).toEqual({ ok: 1, SESSION_ALREADY_ACTIVE: 3 });
    expect(await logsOf(one.recorder)).toHaveLength(1);
  });

  test("catch up with what the other recorded, then decide anew", async () => {
    const one = serviceOf();
    const two = serviceOf(one.recorder);
    const { answer } = await one.service.start(by("u1"));
    const message = messageOf(answer);
    await two.service.append(message);
    await expect(one.service.append(message)).rejects.toMatchObject({ code: "RECORD_ID_REUSED" });
    expect((await one.service.append(messageOf(answer))).seq).toBe(3);
    await two.service.end({ ...by("u1"), session_id: answer.session_id });
    await expect(one.service.append(messageOf(answer))).rejects.toMatchObject({
      code: "SESSION_ALREADY_CLOSED",
    });
    expect([one.active.count, two.active.count]).toEqual([0, 0]);
  });

  test("give the conflict to the client when it does not end", async () => {
    const { recorder } = serviceOf();
    let attempts = 0;
    const append = async () => {
      attempts += 1;
      throw new RecorderError("CLAIM_TAKEN");
    };
    const { service } = serviceOf(replaceIn(recorder, { append }));
    await expect(service.start(by("u1"))).rejects.toMatchObject({ code: "CLAIM_TAKEN" });
    expect(attempts).toBe(5);
  });
});

describe("when the append fails", () => {
  test("the client gets the error and the session is as it was", async () => {
    const memory = createMemoryRecorder();
    let failing = false;
    const recorder = replaceIn(memory, {
      append: async (log, events, options) => {
        if (failing) throw new RecorderError("STORE_FULL", "/srv/ledger");
        return memory.append(log, events, options);
      },
    });
    const it = await startApp({ recorder });
    const post = (path: string, body: object) => request(it.app).post(path).send(body);

    failing = true;
    const refused = await post("/session_manager/sessions.start", by("u1"));
    expect([refused.status, refused.body.code]).toEqual([503, "STORE_FULL"]);
    expect(refused.headers["retry-after"]).toBeDefined();
    expect(it.manager.active_session_count).toBe(0);

    failing = false;
    const { body } = await post("/session_manager/sessions.start", by("u1"));
    const session = { user_id: "u1", session_id: body.session_id };
    const message = messageOf(session);

    failing = true;
    expect((await post("/schema-recorder/append", message)).status).toBe(503);
    expect((await post("/session_manager/sessions.end", { ...session, performer_id: "p" })).status).toBe(503);
    expect(it.manager.active_session_count).toBe(1);

    failing = false;
    expect((await post("/schema-recorder/append", message)).headers["etag"]).toBe('"2"');
    expect((await post("/session_manager/sessions.end", { ...session, performer_id: "p" })).status).toBe(200);
  });
});

describe("an event that is not valid", () => {
  test("is 500, is not recorded, and changes nothing", async () => {
    const it = await startApp({ config: { session_id_prefix: "not an id " } });
    const answer = await request(it.app).post("/session_manager/sessions.start").send(by("u1"));
    expect([answer.status, answer.body.code]).toEqual([500, "EVENT_INVALID"]);
    expect(await logsOf(it.recorder)).toEqual([]);
    expect(it.manager.active_session_count).toBe(0);
  });

  test("is not recorded at the end either", async () => {
    const good = createIdGenerator("sess_");
    let record_id = good.recordId();
    const { service, recorder } = serviceOf(undefined, { ...good, recordId: () => record_id });
    const { answer } = await service.start(by("u1"));
    record_id = "not a UUID";
    const input = { ...by("u1"), session_id: answer.session_id };
    await expect(service.end(input)).rejects.toMatchObject({ code: "EVENT_INVALID" });
    expect(await linesOf(recorder, answer)).toHaveLength(1);
    record_id = good.recordId();
    expect((await service.end(input)).seq).toBe(2);
  });
});

describe("a session id", () => {
  test("that exists in any state or face is never issued again", async () => {
    const good = createIdGenerator("sess_");
    const drawn = ["sess_1", "sess_1", "sess_agent", "sess_2"];
    const { service, recorder } = serviceOf(undefined, {
      ...good,
      sessionId: () => drawn.shift() ?? "sess_2",
    });
    const log = { user_id: "u9", session_id: "sess_agent" };
    const event = { ...log, record_id: good.recordId() };
    await recorder.append(log, [{ type: "session.started", kind: "agent", event }], { expected_seq: 0 });

    const first = await service.start(by("u1"));
    await service.end({ ...by("u1"), session_id: first.answer.session_id });
    const second = await service.start(by("u2"));
    expect([first.answer.session_id, second.answer.session_id]).toEqual(["sess_1", "sess_2"]);
    await expect(service.start(by("u3"))).rejects.toMatchObject({ code: "INTERNAL_ERROR" });
    expect(await logsOf(recorder)).toHaveLength(3);
  });

  test("of a rejected start is never drawn", async () => {
    const good = createIdGenerator("sess_");
    let drawn = 0;
    const count =
      <Given extends unknown[]>(draw: (...given: Given) => string) =>
      (...given: Given) => {
        drawn += 1;
        return draw(...given);
      };
    const ids = { sessionId: count(good.sessionId), recordId: count(good.recordId) };
    const { service } = serviceOf(undefined, ids);
    await service.start(by("u1"));
    expect(drawn).toBe(2);
    await expect(service.start(by("u1"))).rejects.toMatchObject({ code: "SESSION_ALREADY_ACTIVE" });
    expect(drawn).toBe(2);
  });
});

describe("after a restart", () => {
  test("the state is the same", async () => {
    const before = await startApp();
    const open = await before.manager.service.start(by("u1"));
    const closed = await before.manager.service.start(by("u2"));
    await before.manager.service.end({ ...by("u2"), session_id: closed.answer.session_id });
    await before.manager.stop();

    const { manager } = await startApp({ recorder: before.recorder });
    expect(manager.active_session_count).toBe(1);
    await expect(manager.service.start(by("u1"))).rejects.toMatchObject({ code: "SESSION_ALREADY_ACTIVE" });
    const again = { ...by("u2"), session_id: closed.answer.session_id };
    await expect(manager.service.end(again)).rejects.toMatchObject({ code: "SESSION_ALREADY_ENDED" });
    expect((await manager.service.start(by("u2"))).seq).toBe(1);
    expect((await manager.service.end({ ...by("u1"), session_id: open.answer.session_id })).seq).toBe(2);
  });
});

describe("a damaged log", () => {
  test("refuses its session and no other", async () => {
    const before = await startApp();
    const { service } = before.manager;
    const damaged = await service.start(by("u1"));
    const whole = await service.start(by("u2"));
    const fault = { code: "LOG_TORN", file: "users/u1/x", line: 2, byte_offset: 9, reason: "cut" } as const;
    const mark = (entry: SessionEntry): SessionEntry =>
      entry.log.user_id === "u1" ? { ...entry, fault } : entry;
    const { manager, app } = await startApp({
      recorder: replaceIn(before.recorder, {
        find: async (session_id) => (await before.recorder.find(session_id)).map(mark),
        sessions: async function* () {
          for await (const entry of before.recorder.sessions()) yield mark(entry);
        },
      }),
    });
    expect(manager.active_session_count).toBe(1);
    const answer = await request(app)
      .post("/session_manager/sessions.end")
      .send({ ...by("u1"), session_id: damaged.answer.session_id });
    expect([answer.status, answer.body.code]).toEqual([409, "LOG_CORRUPT"]);
    expect(answer.text).not.toContain("users/");
    await expect(manager.service.start(by("u1"))).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    expect((await manager.service.end({ ...by("u2"), session_id: whole.answer.session_id })).seq).toBe(2);
  });
});
