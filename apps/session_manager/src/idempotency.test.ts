import { createMemoryRecorder, createMemoryStore } from "@session-ledger/schema_recorder";
import fc from "fast-check";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { linesOf, logsOf, messageOf, replaceIn, startApp, type TestApp } from "./test_support.ts";

const START = "/session_manager/sessions.start";
const PAUSE = "/session_manager/sessions.pause";
const RESUME = "/session_manager/sessions.resume";
const END = "/session_manager/sessions.end";
const DELETE = "/session_manager/sessions.delete";
const VALIDATE = "/session_manager/sessions.validate";
const APPEND = "/schema-recorder/append";

const by = (user_id: string) => ({ user_id, performer_id: "carer-1" });

async function post(
  { app }: TestApp,
  path: string,
  key: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const sent = request(app).post(path).set("Idempotency-Key", key).set(headers);
  const answer = await sent.send(body);
  const { status, headers: told } = answer;
  return {
    status,
    text: answer.text,
    body: answer.body,
    code: answer.body.code,
    etag: told["etag"],
    replayed: told["idempotent-replayed"],
    retry_after: told["retry-after"],
  };
}

async function started(it: TestApp, user_id = "u1") {
  const { body } = await post(it, START, `start-${user_id}`, by(user_id));
  return { user_id, session_id: body.session_id as string };
}

async function lineCount(it: TestApp): Promise<number> {
  let count = 0;
  for (const log of await logsOf(it.recorder)) count += (await linesOf(it.recorder, log)).length;
  return count;
}

describe("a request that is sent again under its key", () => {
  test("gets its first answer to the byte and records nothing, for every command of a session's life", async () => {
    const it = await startApp();
    const first = await post(it, START, "k", by("u1"));
    const session = { user_id: "u1", session_id: first.body.session_id };
    const named = { ...session, performer_id: "carer-1" };
    const sent: [string, object][] = [
      [START, by("u1")],
      [APPEND, messageOf(session)],
      [PAUSE, { ...named, reason: "lunch" }],
      [RESUME, named],
      [END, named],
      [DELETE, named],
    ];
    const answers = [first];
    for (const [path, body] of sent.slice(1)) answers.push(await post(it, path, "k", body));
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 200, 200, 200, 200]);
    expect(answers.map(({ etag }) => etag)).toEqual(["1", "2", "3", "4", "5", "6"].map((seq) => `"${seq}"`));
    expect(answers.map(({ replayed }) => replayed)).toEqual(answers.map(() => undefined));

    const restarted = await startApp({ recorder: it.recorder });
    for (const app of [it, restarted]) {
      for (const [index, [path, body]] of sent.entries()) {
        expect(await post(app, path, "k", body)).toEqual({ ...answers[index], replayed: "true" });
      }
    }
    const lines = await linesOf(it.recorder, session);
    expect(lines).toHaveLength(6);
    expect(new Set(lines.map(({ idempotency }) => idempotency?.key))).toEqual(new Set(["k"]));
  });

  test("but with another body is 422, and changes nothing", async () => {
    const it = await startApp();
    await post(it, START, "k", by("u1"));
    for (const body of [by("u2"), { performer_id: "carer-1", user_id: "u1" }]) {
      const { status, code } = await post(it, START, "k", body);
      expect([status, code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    }
    expect(await lineCount(it)).toBe(1);
  });

  test("is replayed only to the very bytes of its body", async () => {
    const bodies = fc.record({
      session_notes: fc.string({ unit: "binary", maxLength: 20 }),
      is_training_data: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(bodies, bodies, async (one, two) => {
        const it = await startApp();
        const first = await post(it, START, "k", { ...by("u1"), ...one });
        const second = await post(it, START, "k", { ...by("u1"), ...two });
        const equal = JSON.stringify(one) === JSON.stringify(two);
        expect(first.status).toBe(200);
        expect(second.status).toBe(equal ? 200 : 422);
        if (equal) expect(second).toEqual({ ...first, replayed: "true" });
        expect(await lineCount(it)).toBe(1);
        expect(await post(it, START, "k", { ...by("u1"), ...one })).toEqual({ ...first, replayed: "true" });
      }),
      { numRuns: 30 },
    );
  });

  test("while the first is under way is 409 with Retry-After, and one event is recorded", async () => {
    const memory = createMemoryRecorder();
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const it = await startApp({
      recorder: replaceIn(memory, {
        append: async (...parameters) => {
          reached.resolve();
          await gate.promise;
          return memory.append(...parameters);
        },
      }),
    });
    const first = post(it, START, "k", by("u1"));
    await reached.promise;
    for (const body of [by("u1"), by("u2")]) {
      const second = await post(it, START, "k", body);
      expect([second.status, second.code]).toEqual([409, "IDEMPOTENCY_KEY_IN_FLIGHT"]);
      expect(Number(second.retry_after)).toBeGreaterThan(0);
    }
    gate.resolve();
    const answer = await first;
    expect(answer.status).toBe(200);
    expect(await post(it, START, "k", by("u1"))).toEqual({ ...answer, replayed: "true" });
    expect(await lineCount(it)).toBe(1);
  });

  test("to another writer of the same store is answered as by the first", async () => {
    const store = createMemoryStore();
    const apps = await Promise.all([1, 2].map(() => startApp({ recorder: createMemoryRecorder({ store }) })));
    const [one, two] = await Promise.all(apps.map((app) => post(app, START, "k", by("u1"))));
    expect(one!.text).toBe(two!.text);
    expect([one!.replayed, two!.replayed].sort()).toEqual(["true", undefined]);
    expect(await lineCount(apps[0]!)).toBe(1);
  });

  test("is answered whatever its If-Match says now", async () => {
    const it = await startApp();
    const session = await started(it);
    const body = { ...session, performer_id: "p" };
    const first = await post(it, PAUSE, "k", body, { "If-Match": '"1"' });
    expect(first.status).toBe(200);
    for (const tag of ['"1"', '"7"']) {
      const again = await post(it, PAUSE, "k", body, { "If-Match": tag });
      expect(again).toEqual({ ...first, replayed: "true" });
    }
  });
});

describe("a request that was rejected", () => {
  test("may be sent again under its key", async () => {
    const it = await startApp();
    const session = await started(it);
    const rejected = await post(it, START, "k", by("u1"));
    expect([rejected.status, rejected.code]).toEqual([409, "SESSION_ALREADY_ACTIVE"]);
    await post(it, END, "end", { ...session, performer_id: "p" });
    const accepted = await post(it, START, "k", by("u1"));
    expect([accepted.status, accepted.replayed]).toEqual([200, undefined]);
    const other = await post(it, END, "k", { ...accepted.body, performer_id: "p" });
    expect([other.status, other.code]).toEqual([400, "REQUEST_INVALID"]);
  });

  test("frees its key for another body", async () => {
    const it = await startApp();
    await started(it);
    expect((await post(it, START, "k", by("u1"))).status).toBe(409);
    expect((await post(it, START, "k", by("u2"))).status).toBe(200);
  });
});

describe("a key", () => {
  test("is one for each path", async () => {
    const it = await startApp();
    const session = { ...(await started(it)), performer_id: "p" };
    for (const path of [PAUSE, RESUME, PAUSE]) {
      const key = path === RESUME ? "k" : `k-${await lineCount(it)}`;
      expect((await post(it, path, key, session)).status).toBe(200);
    }
    expect((await post(it, END, "k", session)).status).toBe(200);
  });

  test("that is not 1 to 255 visible ASCII characters, or is sent twice, is 400 on every POST", async () => {
    const it = await startApp();
    for (const path of [START, END, PAUSE, RESUME, DELETE, VALIDATE, APPEND]) {
      for (const key of ["", "a b", "k".repeat(256), "caf\u00e9", "a\tb", ["a", "a"]]) {
        const answer = await request(it.app)
          .post(path)
          .set("Idempotency-Key", key as string)
          .send(by("u1"));
        expect([path, key, answer.status, answer.body.code]).toEqual([path, key, 400, "REQUEST_INVALID"]);
        expect(answer.body.errors[0].path).toBe("Idempotency-Key");
      }
    }
    expect(await logsOf(it.recorder)).toEqual([]);
  });

  test("of any other form is recorded to the letter", async () => {
    const it = await startApp();
    for (const [index, key] of ["!", "~".repeat(255), '"quoted"', ",\\/"].entries()) {
      const { body, status } = await post(it, START, key, by(`u${index}`));
      expect(status).toBe(200);
      const [line] = await linesOf(it.recorder, body);
      expect(line?.idempotency?.key).toBe(key);
    }
  });

  test("changes nothing about sessions.validate, which simply runs", async () => {
    const it = await startApp();
    const session = await started(it);
    for (const body of [session, { ...session, user_id: "u2" }, session]) {
      const { status, replayed } = await post(it, VALIDATE, "k", body);
      expect([status, replayed]).toEqual([200, undefined]);
    }
  });

  test("whose event was erased is 422, and nothing is done again", async () => {
    const memory = createMemoryRecorder();
    const it = await startApp({ recorder: memory });
    await started(it);
    const erased = await startApp({
      recorder: replaceIn(memory, {
        pick: async (...parameters) => {
          const lines = await memory.pick(...parameters);
          return lines.map((line) => ({ ...line, event: { $erased: "0".repeat(64) } }));
        },
      }),
    });
    const again = await post(erased, START, "start-u1", by("u1"));
    expect([again.status, again.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    expect(await lineCount(it)).toBe(1);
  });
});
