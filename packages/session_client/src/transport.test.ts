import { describe, expect, test } from "vitest";
import { type ClientOptions, settingsOf } from "./client_options.ts";
import { SessionClientError } from "./session_client_error.ts";
import { answer, drop, problem, type Script, stall, startStub } from "./test_stub_server.ts";
import { Transport } from "./transport.ts";

/** Retries come at once here, but for the `Retry-After` that a script answers. */
const HASTY = { backoff_ms_min: 0, retries_max: 3, attempt_ms_max: 10_000 };

const START = { method: "POST", path: "/start", body: { note: "é \u{1f600}" } } as const;
const READ = { method: "GET", path: "/read" } as const;

async function stubbed(scripts: readonly [Script, ...Script[]], options: Partial<ClientOptions> = {}) {
  const stub = await startStub(...scripts);
  return { stub, transport: new Transport(settingsOf({ url: stub.url, ...HASTY, ...options })) };
}

async function failureOf(promise: Promise<unknown>): Promise<SessionClientError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SessionClientError)) throw new Error("It did not fail as a client does.");
  return error;
}

describe("a call whose answer is lost", () => {
  test("is sent again with the same bytes under the same key", async () => {
    const { stub, transport } = await stubbed([drop, drop, answer({ ok: true })]);
    expect(await transport.json(START)).toEqual({ ok: true });
    const keys = new Set(stub.arrived.map(({ headers }) => headers["idempotency-key"]));
    expect(stub.arrived).toHaveLength(3);
    expect(keys.size).toBe(1);
    expect([...keys][0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(stub.arrived.map(({ body }) => body))).toEqual(new Set([JSON.stringify(START.body)]));
  });

  test("fails as such once the retries are used up", async () => {
    const { stub, transport } = await stubbed([drop]);
    const error = await failureOf(transport.json(START));
    expect([error.code, error.status, error.outcome_unknown]).toEqual(["CONNECTION_FAILED", undefined, true]);
    expect(stub.arrived).toHaveLength(1 + HASTY.retries_max);
  });

  test("is timed by the attempt", async () => {
    const { stub, transport } = await stubbed([stall, answer({ ok: true })], { attempt_ms_max: 500 });
    expect(await transport.json(READ)).toEqual({ ok: true });
    expect(stub.arrived).toHaveLength(2);
    const stalled = await stubbed([stall], { attempt_ms_max: 20, retries_max: 1 });
    expect((await failureOf(stalled.transport.json(READ))).code).toBe("ATTEMPT_TIMED_OUT");
  });

  test("is timed to the end of its body", async () => {
    const half: Script = (response) => {
      response.writeHead(200, { "Content-Length": "20" });
      response.write("{");
    };
    const { transport } = await stubbed([half], { attempt_ms_max: 50, retries_max: 0 });
    expect((await failureOf(transport.json(READ))).code).toBe("ATTEMPT_TIMED_OUT");
  });
});

describe("a call that is sent away", () => {
  test("waits as long as Retry-After says", async () => {
    const { stub, transport } = await stubbed([
      problem(503, "STORE_OVERLOADED", { "Retry-After": "1" }),
      answer({ ok: true }),
    ]);
    const begun_ms = performance.now();
    expect(await transport.json(START)).toEqual({ ok: true });
    expect(performance.now() - begun_ms).toBeGreaterThan(900);
    expect(stub.arrived).toHaveLength(2);
  });

  test("does not wait for longer than it may, and tells how long it would be", async () => {
    const { stub, transport } = await stubbed([problem(503, "STORE_FULL", { "Retry-After": "31" })]);
    const error = await failureOf(transport.json(START));
    expect([error.code, error.status, error.retry_after_seconds]).toEqual(["STORE_FULL", 503, 31]);
    expect(stub.arrived).toHaveLength(1);
  });

  test("comes again after a conflict that passes", async () => {
    const { stub, transport } = await stubbed([
      problem(409, "IDEMPOTENCY_KEY_IN_FLIGHT", { "Retry-After": "0" }),
      answer({ ok: true }),
    ]);
    expect(await transport.json(START)).toEqual({ ok: true });
    expect(stub.arrived).toHaveLength(2);
  });

  test.each([400, 404, 409, 412, 422, 500])(
    "with %i and no Retry-After does not come again",
    async (status) => {
      const { stub, transport } = await stubbed([problem(status, "SESSION_NOT_FOUND")]);
      const error = await failureOf(transport.json(START));
      expect([error.code, error.status, error.problem?.detail]).toEqual([
        "SESSION_NOT_FOUND",
        status,
        "A detail.",
      ]);
      expect(stub.arrived).toHaveLength(1);
    },
  );

  test("by a gateway comes again, and is told by its status if that does not help", async () => {
    const gateway: Script = (response) => {
      response.writeHead(502, { "Content-Type": "text/html" });
      response.end("<h1>Bad Gateway</h1>");
    };
    const { stub, transport } = await stubbed([gateway]);
    const error = await failureOf(transport.json(READ));
    expect([error.code, error.status, error.problem]).toEqual(["ANSWER_UNEXPECTED", 502, undefined]);
    expect(stub.arrived).toHaveLength(1 + HASTY.retries_max);
  });
});

describe("a call that its caller ends", () => {
  test("rejects with the caller's reason, under way or waiting", async () => {
    const leaving = new Error("leaving");
    for (const script of [stall, problem(503, "STORE_FULL", { "Retry-After": "30" })]) {
      const controller = new AbortController();
      const { transport } = await stubbed([
        (response, request) => {
          setImmediate(() => controller.abort(leaving));
          return script(response, request);
        },
      ]);
      await expect(transport.json(START, { signal: controller.signal })).rejects.toBe(leaving);
    }
  });
});

describe("a deletion", () => {
  const gone = problem(404, "SESSION_NOT_FOUND");

  test("whose answer was lost is done when nothing is found any more", async () => {
    const { stub, transport } = await stubbed([drop, gone]);
    await transport.delete("/x");
    expect(stub.arrived.map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
  });

  test("that finds nothing at once says so, also when the server was only busy before", async () => {
    expect((await failureOf((await stubbed([gone])).transport.delete("/x"))).status).toBe(404);
    const busy = problem(503, "STORE_OVERLOADED", { "Retry-After": "0" });
    expect((await failureOf((await stubbed([busy, gone])).transport.delete("/x"))).status).toBe(404);
  });
});

test("headers carry the API key, the caller's idempotency key and the precondition", async () => {
  const { stub, transport } = await stubbed([answer({})], { api_key: "secret" });
  await transport.json(START, { idempotency_key: "mine", if_match: 7 });
  await transport.json({ ...READ, query: { a: 1, b: undefined, c: "x y" } });
  const [post, get] = stub.arrived;
  expect(post!.headers).toMatchObject({
    authorization: "Bearer secret",
    "idempotency-key": "mine",
    "if-match": '"7"',
    "content-type": "application/json",
  });
  expect(get!.url).toBe("/read?a=1&c=x+y");
  expect(get!.headers["idempotency-key"]).toBeUndefined();
});

test("a redirect is not followed, so that a key goes nowhere else", async () => {
  const elsewhere = await startStub(answer({}));
  const { transport } = await stubbed([
    (response) => {
      response.writeHead(307, { Location: elsewhere.url });
      response.end();
    },
  ]);
  expect((await failureOf(transport.json(START))).code).toBe("ANSWER_UNEXPECTED");
  expect(elsewhere.arrived).toEqual([]);
});
