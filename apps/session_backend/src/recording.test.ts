import { createMemoryRecorder, type Recorder, RecorderError } from "@session-ledger/schema_recorder";
import { PICK_BYTES_MAX } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import {
  AGENT,
  BASE,
  HELLO,
  HIDDEN,
  MESSAGES,
  SESSION,
  say,
  startApp,
  startWithAgent,
} from "./test_support.ts";

const LOG = { user_id: "_agents", session_id: "s-1" };

/** A recorder whose appends can be held, or refused. */
function gatedRecorder() {
  const recorder = createMemoryRecorder();
  let gate: Promise<void> | undefined;
  let refusal: RecorderError | undefined;
  const append: Recorder["append"] = async (log, events, options) => {
    const refused = refusal;
    await gate;
    if (refused !== undefined) throw refused;
    return recorder.append(log, events, options);
  };
  const gated = new Proxy(recorder, {
    get: (target, name) => {
      if (name === "append") return append;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return {
    recorder: gated,
    hold: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    refuse: (error: RecorderError | undefined): void => {
      refusal = error;
    },
  };
}

describe("a write that fails", () => {
  test.each(["post", "put", "delete"] as const)("leaves nothing of itself: %s", async (method) => {
    const gated = gatedRecorder();
    const app = await startWithAgent({ recorder: gated.recorder });
    await say(app, 7);
    const before = (await app.http.get(`${MESSAGES}/7`)).body;
    gated.refuse(new RecorderError("STORE_FULL"));
    const path = method === "post" ? MESSAGES : `${MESSAGES}/7`;
    const body = method === "post" ? { message_id: 8, message: HELLO } : { message: HIDDEN };
    const answer = await app.http[method](path).send(body).expect(503);
    expect(answer.body.code).toBe("STORE_FULL");
    expect((await app.http.get(`${MESSAGES}/7`)).body).toEqual(before);
    expect((await app.http.get(MESSAGES)).body.total).toBe(1);
    gated.refuse(undefined);
    await say(app, 8);
    expect((await app.http.get(`${MESSAGES}/8`)).headers["etag"]).toBe('"4"');
  });

  test("of a row on its way takes those behind it along, and what comes after is recorded", async () => {
    const gated = gatedRecorder();
    const app = await startWithAgent({ recorder: gated.recorder });
    const open = gated.hold();
    gated.refuse(new RecorderError("STORE_OVERLOADED"));
    const first = app.http.post(MESSAGES).send({ message_id: 1, message: HELLO }).then();
    await sent();
    gated.refuse(undefined);
    const others = [2, 3].map((message_id) =>
      app.http.post(MESSAGES).send({ message_id, message: HELLO }).then(),
    );
    await sent();
    open();
    expect((await first).status).toBe(503);
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([201, 201]);
    const { body } = await app.http.get(MESSAGES);
    expect(body.messages.map((each: { message_id: number }) => each.message_id)).toEqual([2, 3]);
  });
});

/** Resolves once a request that was just begun has come as far as it gets. */
async function sent(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
}

test("messages are recorded behind those on their way, and none is visible before it is durable", async () => {
  const gated = gatedRecorder();
  const app = await startWithAgent({ recorder: gated.recorder });
  const open = gated.hold();
  const creations = [1, 2, 3].map((message_id) =>
    app.http.post(MESSAGES).send({ message_id, message: HELLO }).then(),
  );
  await sent();
  expect((await app.http.get(MESSAGES)).body).toMatchObject({ messages: [], total: 0 });
  await app.http.get(`${MESSAGES}/1`).expect(404);
  open();
  expect((await Promise.all(creations)).map(({ headers }) => headers["etag"]).toSorted()).toEqual([
    '"3"',
    '"4"',
    '"5"',
  ]);
  expect((await app.http.get(MESSAGES)).body.total).toBe(3);
});

test("a second creation of a message waits for the first, and is 409 only once that is durable", async () => {
  const gated = gatedRecorder();
  const app = await startWithAgent({ recorder: gated.recorder });
  const open = gated.hold();
  const creations = [1, 1, 2, 1].map((message_id) =>
    app.http.post(MESSAGES).send({ message_id, message: HELLO }).then(),
  );
  await sent();
  open();
  const statuses = (await Promise.all(creations)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([201, 201, 409, 409]);
  expect((await app.http.get(MESSAGES)).body.total).toBe(2);
});

describe("If-Match", () => {
  test("lets a change through only where the session stands, whatever the change", async () => {
    const app = await startWithAgent();
    const changes = [
      () => app.http.put(SESSION).send({ session_type: "X" }),
      () => app.http.post(`${SESSION}/agents`).send({ agent_id: "b" }),
      () => app.http.put(AGENT).send({ state: {} }),
      () => app.http.post(MESSAGES).send({ message_id: 1, message: HELLO }),
      () => app.http.put(`${MESSAGES}/1`).send({ message: HELLO }),
      () => app.http.delete(`${MESSAGES}/1`),
      () => app.http.delete(AGENT),
      () => app.http.delete(SESSION),
    ];
    let seq = 2;
    for (const change of changes) {
      const refused = await change().set("If-Match", `"${seq - 1}"`);
      expect([refused.status, refused.body.code]).toEqual([412, "PRECONDITION_FAILED"]);
      expect((await change().set("If-Match", `"${seq}"`)).status).toBeLessThan(300);
      seq += 1;
    }
  });
});

describe("an Idempotency-Key", () => {
  const key = { "Idempotency-Key": "k-1" };

  test("gives the first answer again, also after a restart, and records nothing", async () => {
    const { recorder, http } = startApp();
    const requests = [
      [`${BASE}/sessions`, { session_id: "s-1" }],
      [`${SESSION}/agents`, { agent_id: "planner", state: { a: 1 } }],
      [MESSAGES, { message_id: 1, message: HELLO }],
    ] as const;
    for (const [path, body] of requests) {
      const first = await http.post(path).set(key).send(body).expect(201);
      for (const app of [http, startApp({ recorder }).http]) {
        const again = await app.post(path).set(key).send(body).expect(201);
        expect(again.body).toEqual(first.body);
        expect(again.headers).toMatchObject({ etag: first.headers["etag"], "idempotent-replayed": "true" });
      }
      const other = await http
        .post(path)
        .set(key)
        .send({ ...body, further: 1 });
      expect(other.status).toBe(422);
    }
    expect(await Array.fromAsync(recorder.read(LOG))).toHaveLength(3);
  });

  test("belongs to one agent's messages", async () => {
    const { http } = await startWithAgent();
    await http.post(`${SESSION}/agents`).send({ agent_id: "b" }).expect(201);
    const body = { message_id: 1, message: HELLO };
    for (const agent_id of ["planner", "b"]) {
      const answer = await http
        .post(`${SESSION}/agents/${agent_id}/messages`)
        .set(key)
        .send(body)
        .expect(201);
      expect(answer.headers["idempotent-replayed"]).toBeUndefined();
    }
  });

  test("gives no answer any more once what it made was redacted or deleted", async () => {
    const { http } = await startWithAgent();
    const send = () => http.post(MESSAGES).set(key).send({ message_id: 1, message: HELLO });
    await send().expect(201);
    await http.put(`${MESSAGES}/1`).send({ redact_message: HIDDEN }).expect(200);
    const redacted = await send().expect(422);
    expect(redacted.body.code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(JSON.stringify(redacted.body)).not.toContain("hello");
    await http.delete(`${MESSAGES}/1`).expect(204);
    await send().expect(422);
  });

  test("goes with its session", async () => {
    const { http } = startApp();
    const send = () => http.post(`${BASE}/sessions`).set(key).send({ session_id: "s-1" });
    await send().expect(201);
    await http.delete(SESSION).expect(204);
    expect((await send().expect(201)).headers["idempotent-replayed"]).toBeUndefined();
  });
});

describe("the owner", () => {
  test("is the user of the caller's key, and each has its own ids", async () => {
    const { recorder, http: local } = startApp();
    const ada = startApp({ recorder, caller: { role: "user", principal: "ada-key", user_id: "ada" } }).http;
    const service = startApp({ recorder, caller: { role: "service", principal: "app" } }).http;
    await local.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
    await ada.get(SESSION).expect(404);
    await ada.post(`${BASE}/sessions`).send({ session_id: "s-1", session_type: "HERS" }).expect(201);
    expect((await service.get(`${SESSION}?user_id=ada`).expect(200)).body.session_type).toBe("HERS");
    expect((await service.get(SESSION).expect(200)).body.session_type).toBe("AGENT");
    expect((await service.get(`${BASE}/sessions?user_id=ada`)).body.total).toBe(1);
    const refused = await ada.get(`${SESSION}?user_id=bob`).expect(403);
    expect(refused.body.code).toBe("FORBIDDEN_USER");
    const [line] = await Array.fromAsync(recorder.read({ user_id: "_agents.ada", session_id: "s-1" }));
    expect(line).toMatchObject({ kind: "agent", cause: { trigger: "api_call", principal: "ada-key" } });
  });
});

describe("an operator's erasure of a message's content", () => {
  test("leaves no such message, and the rest as it was", async () => {
    const app = await startWithAgent();
    for (const id of [1, 2]) await say(app, id);
    const record_id = "b1f6d0a2-3c4e-4f5a-8b6c-7d8e9f0a1b2c";
    await app.recorder.eraseLine(LOG, 3, { record_id });
    await app.http.get(`${MESSAGES}/1`).expect(404);
    expect((await app.http.get(MESSAGES)).body).toMatchObject({ messages: [{ message_id: 2 }], total: 1 });
    expect((await app.http.get(`${MESSAGES}/2`)).headers["etag"]).toBe('"5"');
    await say(app, 1);
  });

  test("leaves what hides a message, with the time of its creation", async () => {
    const app = await startWithAgent();
    await say(app, 1);
    const put = await app.http.put(`${MESSAGES}/1`).send({ redact_message: HIDDEN }).expect(200);
    await app.recorder.eraseLine(LOG, 3, { record_id: "b1f6d0a2-3c4e-4f5a-8b6c-7d8e9f0a1b2c" });
    expect((await app.http.get(`${MESSAGES}/1`)).body).toEqual(put.body);
  });
});

test("a session that another writer wrote to is read on, and one that it erased is gone", async () => {
  const app = await startWithAgent();
  const rival = startApp({ recorder: app.recorder });
  await rival.http.get(AGENT).expect(200);
  await say(app, 1);
  await rival.http.get(`${MESSAGES}/1`).expect(200);
  await say(rival, 2);
  await say(app, 3);
  expect((await rival.http.get(MESSAGES)).body.total).toBe(3);
  await rival.http.delete(SESSION).expect(204);
  await app.http.get(SESSION).expect(404);
  await app.http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
  await rival.http.get(AGENT).expect(404);
});

test("a session to which another writer added more than is read at once is read on, and not folded anew", async () => {
  const app = await startWithAgent();
  const { recorder } = app;
  let replays = 0;
  const rival = startApp({
    recorder: new Proxy(recorder, {
      get: (target, name: keyof Recorder) => {
        if (name === "replay") replays += 1;
        const member: unknown = target[name];
        return typeof member === "function" ? member.bind(target) : member;
      },
    }),
  });
  await rival.http.get(AGENT).expect(200);
  expect(replays).toBe(1);
  const long = "x".repeat(PICK_BYTES_MAX / 4);
  for (let id = 1; id <= 8; id += 1) await say(app, id, { message: { role: "user", content: long } });
  expect((await rival.http.get(`${MESSAGES}?page_size=1`)).body.total).toBe(8);
  expect(replays).toBe(1);
});

test("folds are kept within their bytes, and what went is read again", async () => {
  const app = startApp({ session_backend_cache_bytes: 3_000 });
  for (let at = 0; at < 20; at += 1) {
    await app.http
      .post(`${BASE}/sessions`)
      .send({ session_id: `s-${at}` })
      .expect(201);
    await app.http.get(`${BASE}/sessions/s-${at}`).expect(200);
  }
  expect(app.backend.cached.bytes).toBeLessThanOrEqual(3_000);
  expect(app.backend.cached.sessions).toBeGreaterThan(0);
  for (let at = 0; at < 20; at += 1) await app.http.get(`${BASE}/sessions/s-${at}`).expect(200);
});
