import type { Response } from "supertest";
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

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const times = { created_at: TIME, updated_at: TIME };

describe("a session", () => {
  test("is created with defaults, read, changed and deleted for good", async () => {
    const { http, recorder } = startApp();
    const created = await http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
    const plain = { session_id: "s-1", session_type: "AGENT", multi_agent_state: null, ...times };
    expect(created.body).toEqual(plain);
    expect(created.headers["etag"]).toBe('"1"');
    expect((await http.get(SESSION).expect(200)).body).toEqual(created.body);

    const changed = await http
      .put(SESSION)
      .send({ multi_agent_state: { turn: 1 } })
      .expect(200);
    expect(changed.body).toEqual({ ...plain, multi_agent_state: { turn: 1 } });
    expect(changed.body.created_at).toBe(created.body.created_at);
    expect(changed.headers["etag"]).toBe('"2"');
    expect((await http.get(SESSION).expect(200)).body).toEqual(changed.body);

    await http.delete(SESSION).expect(204, "");
    expect((await http.get(SESSION).expect(404)).body).toMatchObject({
      code: "SESSION_NOT_FOUND",
      reason: "not_found_never_existed",
    });
    await http.delete(SESSION).expect(404);
    expect(await Array.fromAsync(recorder.logs())).toEqual([]);
  });

  test("takes a state of null away, and keeps what is not sent", async () => {
    const { http } = startApp();
    const input = { session_id: "s-1", session_type: "GRAPH", multi_agent_state: { turn: 1 } };
    await http.post(`${BASE}/sessions`).send(input).expect(201);
    await http.put(SESSION).send({ session_id: "s-1", session_type: "SWARM" }).expect(200);
    expect((await http.get(SESSION)).body).toMatchObject({ ...input, session_type: "SWARM" });
    await http.put(SESSION).send({ multi_agent_state: null }).expect(200);
    expect((await http.get(SESSION)).body.multi_agent_state).toBeNull();
  });

  test("that exists is not created again", async () => {
    const { http } = await startWithAgent();
    const again = await http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(409);
    expect(again.body.code).toBe("SESSION_EXISTS");
    await http.get(AGENT).expect(200);
  });

  test("may be made anew once it was deleted, without what it had", async () => {
    const { http } = await startWithAgent();
    await http.delete(SESSION).expect(204);
    await http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
    await http.get(AGENT).expect(404);
    expect((await http.get(`${SESSION}/agents`)).body).toMatchObject({ agents: [], total: 0 });
  });

  test("is listed with others, the newest first, and a page past the end is empty", async () => {
    const { http } = startApp();
    for (const id of ["a", "b", "c"]) {
      await http.post(`${BASE}/sessions`).send({ session_id: id }).expect(201);
    }
    const all = await http.get(`${BASE}/sessions`).expect(200);
    expect(all.body).toMatchObject({ total: 3, page: 1, page_size: 10 });
    const ids = all.body.sessions.map((each: { session_id: string }) => each.session_id);
    expect(ids.toSorted()).toEqual(["a", "b", "c"]);
    const second = await http.get(`${BASE}/sessions?page=2&page_size=2`).expect(200);
    expect(second.body.sessions).toEqual([all.body.sessions[2]]);
    expect((await http.get(`${BASE}/sessions?page=9`).expect(200)).body).toEqual({
      sessions: [],
      total: 3,
      page: 9,
      page_size: 10,
    });
  });
});

describe("an agent", () => {
  test("is created with empty states, read, changed state by state, and deleted", async () => {
    const { http } = startApp();
    await http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
    const created = await http.post(`${SESSION}/agents`).send({ agent_id: "planner" }).expect(201);
    const empty = { agent_id: "planner", state: {}, conversation_manager_state: {}, internal_state: {} };
    expect(created.body).toEqual({ ...empty, ...times });
    const changed = await http
      .put(AGENT)
      .send({ state: { mood: "calm" }, agent_id: "planner" })
      .expect(200);
    expect(changed.body).toEqual({ ...empty, state: { mood: "calm" }, ...times });
    await http
      .put(AGENT)
      .send({ _internal_state: { a: 1 } })
      .expect(200);
    const read = await http.get(AGENT).expect(200);
    expect(read.body).toMatchObject({ ...empty, state: { mood: "calm" }, internal_state: { a: 1 } });
    expect(read.body.created_at).toBe(created.body.created_at);
    await http.delete(AGENT).expect(204);
    expect((await http.get(AGENT).expect(404)).body.code).toBe("AGENT_NOT_FOUND");
    await http.delete(AGENT).expect(404);
  });

  test("takes its messages along", async () => {
    const app = await startWithAgent();
    await say(app, 1);
    await app.http.delete(AGENT).expect(204);
    await app.http.get(MESSAGES).expect(404);
    await app.http.post(`${SESSION}/agents`).send({ agent_id: "planner" }).expect(201);
    expect((await app.http.get(MESSAGES)).body.total).toBe(0);
    await app.http.get(`${MESSAGES}/1`).expect(404);
  });

  test("that exists is not created again, and one under both names of its state not at all", async () => {
    const { http } = await startWithAgent();
    const again = await http.post(`${SESSION}/agents`).send({ agent_id: "planner" }).expect(409);
    expect(again.body.code).toBe("AGENT_EXISTS");
    const both = { agent_id: "b", internal_state: {}, _internal_state: {} };
    expect((await http.post(`${SESSION}/agents`).send(both).expect(422)).body.errors[0].path).toBe(
      "_internal_state",
    );
  });

  test("is listed with others, the oldest first", async () => {
    const { http } = await startWithAgent();
    for (const agent_id of ["b", "a"]) await http.post(`${SESSION}/agents`).send({ agent_id }).expect(201);
    await http
      .put(AGENT)
      .send({ state: { turn: 1 } })
      .expect(200);
    const listed = await http.get(`${SESSION}/agents?page_size=2`).expect(200);
    expect(listed.body.agents.map((each: { agent_id: string }) => each.agent_id)).toEqual(["planner", "b"]);
    expect(listed.body).toMatchObject({ total: 3, page: 1, page_size: 2 });
    expect(listed.headers["etag"]).toBe('"5"');
  });
});

describe("a message", () => {
  test("is created, read, changed and deleted", async () => {
    const { http } = await startWithAgent();
    const created = await http.post(MESSAGES).send({ message_id: 7, message: HELLO }).expect(201);
    expect(created.body).toEqual({ message_id: 7, message: HELLO, redact_message: null, ...times });
    expect((await http.get(`${MESSAGES}/7`).expect(200)).body).toEqual(created.body);
    const other = { role: "assistant", content: null, metadata: { tokens: 3 } };
    const changed = await http.put(`${MESSAGES}/7`).send({ message: other, message_id: 7 }).expect(200);
    expect(changed.body).toMatchObject({ message: other, created_at: created.body.created_at });
    await http.delete(`${MESSAGES}/7`).expect(204);
    expect((await http.get(`${MESSAGES}/7`).expect(404)).body.code).toBe("MESSAGE_NOT_FOUND");
    await http.delete(`${MESSAGES}/7`).expect(404);
  });

  test("that is redacted shows what hides it, for good and to every read", async () => {
    const app = await startWithAgent();
    await say(app, 7);
    const put = await app.http.put(`${MESSAGES}/7`).send({ redact_message: HIDDEN }).expect(200);
    const again = { message: { role: "user", content: "SECRET" }, redact_message: null };
    const later = await app.http.put(`${MESSAGES}/7`).send(again).expect(200);
    const read = await app.http.get(`${MESSAGES}/7`).expect(200);
    const listed = await app.http.get(MESSAGES).expect(200);
    for (const shown of [put.body, later.body, read.body, listed.body.messages[0]]) {
      expect(shown).toMatchObject({ message: HIDDEN, redact_message: HIDDEN });
      expect(JSON.stringify(shown)).not.toMatch(/hello|SECRET/);
    }
  });

  test("may come hidden", async () => {
    const app = await startWithAgent();
    await say(app, 7, { redact_message: HIDDEN });
    expect((await app.http.get(`${MESSAGES}/7`)).body.message).toEqual(HIDDEN);
  });

  test("that exists is not created again; of ten at once one is", async () => {
    const app = await startWithAgent();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        app.http.post(MESSAGES).send({ message_id: 7, message: { role: "user", content: at } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(409)]);
    const winner = answers.find(({ status }) => status === 201)!;
    expect((await app.http.get(`${MESSAGES}/7`)).body).toEqual(winner.body);
  });

  test("stands in the order of its number, in pages and behind cursors, either way", async () => {
    const app = await startWithAgent();
    for (const id of [9, 3, 9_007_199_254_740_991, 0, 5]) await say(app, id);
    const ids = [0, 3, 5, 9, 9_007_199_254_740_991];
    const idsOf = (body: { messages: { message_id: number }[] }) =>
      body.messages.map((each) => each.message_id);
    for (const order of ["asc", "desc"]) {
      const expected = order === "asc" ? ids : ids.toReversed();
      const page = await app.http.get(`${MESSAGES}?order=${order}&page=2&page_size=2`).expect(200);
      expect(idsOf(page.body)).toEqual(expected.slice(2, 4));
      expect(page.body).toMatchObject({ total: 5, page: 2, page_size: 2 });
      const seen: number[] = [];
      let url: string | undefined = `${MESSAGES}?order=${order}&page_size=2`;
      while (url !== undefined) {
        const answer: Response = await app.http.get(url).expect(200);
        seen.push(...idsOf(answer.body));
        url = /<(.+)>; rel="next"/.exec(answer.headers["link"] ?? "")?.[1];
        expect(url === undefined).toBe(answer.body.next_cursor === null);
      }
      expect(seen).toEqual(expected);
    }
    expect((await app.http.get(`${MESSAGES}?page=4&page_size=2`)).body.messages).toEqual([]);
    expect((await app.http.get(`${MESSAGES}?page=4&page_size=2&order=desc`)).body.messages).toEqual([]);
  });
});

describe("orphans", () => {
  test.each([
    ["post", `${SESSION}/agents`, { agent_id: "a" }, "SESSION_NOT_FOUND"],
    ["get", `${SESSION}/agents`, undefined, "SESSION_NOT_FOUND"],
    ["post", MESSAGES, { message_id: 1, message: HELLO }, "SESSION_NOT_FOUND"],
    ["get", MESSAGES, undefined, "SESSION_NOT_FOUND"],
  ] as const)("%s %s without the session is 404", async (method, path, body, code) => {
    const { http } = startApp();
    expect((await http[method](path).send(body).expect(404)).body.code).toBe(code);
  });

  test("a message without its agent is 404, on create and on list", async () => {
    const { http } = startApp();
    await http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
    const created = await http.post(MESSAGES).send({ message_id: 1, message: HELLO }).expect(404);
    expect(created.body.code).toBe("AGENT_NOT_FOUND");
    expect((await http.get(MESSAGES).expect(404)).body.code).toBe("AGENT_NOT_FOUND");
  });
});
