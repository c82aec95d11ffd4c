// The face against a model, whatever is done in whatever order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { BASE, HIDDEN, startApp } from "./test_support.ts";

interface ModelMessage {
  readonly content: number;
  readonly is_hidden: boolean;
}
/** Sessions, their agents, and the messages of those. */
type Model = Map<string, Map<string, Map<number, ModelMessage>>>;

const session = fc.constantFrom("s-1", "s-2");
const agent = fc.constantFrom("a", "b");
const id = fc.nat({ max: 5 });
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ does: fc.constant("create session" as const), session }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("delete session" as const), session }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("create agent" as const), session, agent }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("delete agent" as const), session, agent }) },
  {
    weight: 12,
    arbitrary: fc.record({
      does: fc.constantFrom(
        ...(["create message", "update message", "redact message", "delete message"] as const),
      ),
      session,
      agent,
      id,
      content: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("restart" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const urlOf = (session_id: string): string => `${BASE}/sessions/${session_id}`;

/** What the model says the status is, once it has taken the step. */
function statusOf(model: Model, taken: Exclude<Step, { does: "restart" }>): number {
  const agents = model.get(taken.session);
  if (taken.does === "create session") {
    if (agents !== undefined) return 409;
    model.set(taken.session, new Map());
    return 201;
  }
  if (agents === undefined) return 404;
  if (taken.does === "delete session") return model.delete(taken.session) ? 204 : 404;
  const messages = agents.get(taken.agent);
  if (taken.does === "create agent") {
    if (messages !== undefined) return 409;
    agents.set(taken.agent, new Map());
    return 201;
  }
  if (messages === undefined) return 404;
  if (taken.does === "delete agent") return agents.delete(taken.agent) ? 204 : 404;
  const message = messages.get(taken.id);
  if (taken.does === "create message") {
    if (message !== undefined) return 409;
    messages.set(taken.id, { content: taken.content, is_hidden: false });
    return 201;
  }
  if (message === undefined) return 404;
  if (taken.does === "delete message") return messages.delete(taken.id) ? 204 : 404;
  const changes = taken.does === "update message" ? { content: taken.content } : { is_hidden: true };
  messages.set(taken.id, { ...message, ...changes });
  return 200;
}

test("any row of commands and restarts leaves what they say, and rejects what cannot be", async () => {
  const rows = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(0, 1_000_000), async (steps, session_backend_cache_bytes) => {
      let app = startApp({ session_backend_cache_bytes });
      const model: Model = new Map();
      for (const taken of steps) {
        if (taken.does === "restart") {
          app = startApp({ recorder: app.recorder, session_backend_cache_bytes });
          continue;
        }
        const before = JSON.stringify(await everything(app, model));
        const status = statusOf(model, taken);
        const answer = await send(app, taken);
        expect([taken.does, answer.status]).toEqual([taken.does, status]);
        if (status >= 400) expect(JSON.stringify(await everything(app, model))).toBe(before);
      }
      await expectAll(app, model);
      await expectAll(startApp({ recorder: app.recorder }), model);
    }),
    { numRuns: 25 },
  );
});

type App = ReturnType<typeof startApp>;

function send({ http }: App, taken: Exclude<Step, { does: "restart" }>) {
  const url = urlOf(taken.session);
  switch (taken.does) {
    case "create session":
      return http.post(`${BASE}/sessions`).send({ session_id: taken.session });
    case "delete session":
      return http.delete(url);
    case "create agent":
      return http.post(`${url}/agents`).send({ agent_id: taken.agent });
    case "delete agent":
      return http.delete(`${url}/agents/${taken.agent}`);
    default:
      break;
  }
  const messages = `${url}/agents/${taken.agent}/messages`;
  switch (taken.does) {
    case "create message":
      return http
        .post(messages)
        .send({ message_id: taken.id, message: { role: "user", content: taken.content } });
    case "update message":
      return http.put(`${messages}/${taken.id}`).send({ message: { role: "user", content: taken.content } });
    case "redact message":
      return http.put(`${messages}/${taken.id}`).send({ redact_message: HIDDEN });
    case "delete message":
      return http.delete(`${messages}/${taken.id}`);
  }
}

/** Every answer about what the model knows. */
async function everything({ http }: App, model: Model): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [session_id, agents] of model) {
    for (const agent_id of agents.keys()) {
      answers.push((await http.get(`${urlOf(session_id)}/agents/${agent_id}/messages`)).body);
    }
    answers.push((await http.get(urlOf(session_id))).headers["etag"]);
  }
  return answers;
}

async function expectAll({ http }: App, model: Model): Promise<void> {
  const listed = await http.get(`${BASE}/sessions`).expect(200);
  const ids = listed.body.sessions.map((each: { session_id: string }) => each.session_id);
  expect(ids.toSorted()).toEqual([...model.keys()].toSorted());
  for (const [session_id, agents] of model) {
    const { body } = await http.get(`${urlOf(session_id)}/agents`).expect(200);
    expect(body.agents.map((each: { agent_id: string }) => each.agent_id)).toEqual([...agents.keys()]);
    for (const [agent_id, messages] of agents) {
      const url = `${urlOf(session_id)}/agents/${agent_id}/messages`;
      const page = await http.get(url).expect(200);
      const expected = [...messages].toSorted(([one], [other]) => one - other);
      expect(
        page.body.messages.map(({ message_id, message }: { message_id: number; message: unknown }) => [
          message_id,
          message,
        ]),
      ).toEqual(
        expected.map(([message_id, { content, is_hidden }]) => [
          message_id,
          is_hidden ? HIDDEN : { role: "user", content },
        ]),
      );
    }
  }
}

test("ascending pages and cursors of either order cover each message once while higher ids are added", async () => {
  const rows = fc.record({
    ids: fc.uniqueArray(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 30 }),
    page_size: fc.integer({ min: 1, max: 7 }),
    way: fc.constantFrom("page", "cursor asc", "cursor desc"),
  });
  await fc.assert(
    fc.asyncProperty(rows, async ({ ids, page_size, way }) => {
      const { http } = startApp();
      await http.post(`${BASE}/sessions`).send({ session_id: "s-1" });
      await http.post(`${urlOf("s-1")}/agents`).send({ agent_id: "a" });
      const url = `${urlOf("s-1")}/agents/a/messages`;
      const create = (message_id: number) =>
        http
          .post(url)
          .send({ message_id, message: { role: "user", content: "" } })
          .expect(201);
      await Promise.all(ids.map(create));
      const order = way === "cursor desc" ? "desc" : "asc";
      const seen: number[] = [];
      let next = `?order=${order}&page_size=${page_size}`;
      for (let page = 1; next !== ""; page += 1) {
        const { body } = await http.get(url + next).expect(200);
        seen.push(...body.messages.map(({ message_id }: { message_id: number }) => message_id));
        if (way === "page")
          next = body.messages.length === 0 ? "" : `?page_size=${page_size}&page=${page + 1}`;
        else
          next =
            body.next_cursor === null
              ? ""
              : `?order=${order}&page_size=${page_size}&cursor=${body.next_cursor}`;
        if (page <= 3) await create(10_000 + page);
      }
      const old = seen.filter((each) => each <= 1_000);
      const ascending = ids.toSorted((one, other) => one - other);
      expect(old).toEqual(order === "asc" ? ascending : ascending.toReversed());
      expect(new Set(seen).size).toBe(seen.length);
    }),
    { numRuns: 40 },
  );
});
