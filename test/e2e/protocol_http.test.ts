// The HTTP habits of section 8 of the design, and the settings that change the protocol.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { expectInvalid, expectProblem } from "./expected_problem.ts";
import { ask, post, postText } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import {
  APPEND,
  END,
  endInput,
  messageInput,
  openSession,
  START,
  startInput,
  VALIDATE,
} from "./operations.ts";

const BODY_BYTES_OVER_ANY_LIMIT = 5 * 1024 * 1024;

let ledger: LedgerUnderTest;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
});
afterAll(() => ledger.remove());

describe("a request that no operation takes", () => {
  test.each([
    "/",
    "/session_manager",
    "/session_manager/sessions.Start",
    `${START}/`,
    "/schema-recorder",
    "/x?y=1",
  ])("is 404 for the path %s", async (path) => {
    expectProblem(await ask(ledger.url, { path }), 404, "ROUTE_NOT_FOUND");
  });

  test.each(["GET", "PUT", "DELETE", "PATCH"])("is 405 with Allow for the method %s", async (method) => {
    for (const path of [START, END, VALIDATE, APPEND]) {
      const answer = await ask(ledger.url, { method, path });
      expectProblem(answer, 405, "METHOD_NOT_ALLOWED");
      expect(answer.headers.allow).toBe("POST");
    }
  });

  test.each([
    { "Content-Type": "text/plain" },
    { "Content-Type": "application/x-www-form-urlencoded" },
    { "Content-Type": "application/json; charset=utf-16" },
    { "Content-Encoding": "gzip" },
  ])("is 415 with the header %j", async (headers) => {
    for (const path of [START, END, VALIDATE, APPEND]) {
      expectProblem(await post(ledger.url, path, startInput(), headers), 415, "MEDIA_TYPE_UNSUPPORTED");
    }
  });

  test("is 400 or 422 without a body, or with one that is not a JSON object", async () => {
    for (const text of ["", "null", "[]", '"text"', "7", "{", '{"user_id":"user-a"', "undefined"]) {
      for (const path of [START, END, VALIDATE]) expectInvalid(await postText(ledger.url, path, text), 400);
      expectInvalid(await postText(ledger.url, APPEND, text), 422);
    }
  });

  test("is 413 with a body over the limit", async () => {
    const text = JSON.stringify({ ...startInput(), session_notes: "x".repeat(BODY_BYTES_OVER_ANY_LIMIT) });
    for (const path of [START, END, VALIDATE, APPEND]) {
      expectProblem(await postText(ledger.url, path, text), 413, "BODY_TOO_LARGE");
    }
  });
});

describe("without keys the server answers this machine only", () => {
  test.each(["example.org", "localhost.example.org", "127.0.0.1.example.org", "0.0.0.0", "user@localhost"])(
    "the Host %j is 403",
    async (host) => {
      expectProblem(
        await ask(ledger.url, { path: "/livez", headers: { Host: host } }),
        403,
        "HOST_FORBIDDEN",
      );
    },
  );

  test.each(["https://example.org", "http://localhost.example.org", "null", "file://"])(
    "the Origin %j is 403, and drives nothing",
    async (origin) => {
      const input = startInput();
      const answer = await post(ledger.url, START, input, { Origin: origin });
      expectProblem(answer, 403, "ORIGIN_FORBIDDEN");
      expect((await post(ledger.url, START, input)).status).toBe(200);
    },
  );

  test("loopback names and origins are served", async () => {
    const { port } = new URL(ledger.url);
    for (const headers of [
      { Host: `localhost:${port}` },
      { Host: "[::1]" },
      { Origin: `http://127.0.0.1:${port}` },
    ]) {
      expect((await ask(ledger.url, { path: "/livez", headers })).status).toBe(200);
    }
  });
});

describe("every answer", () => {
  test("carries a request id: a sane one of the client's, else the server's own", async () => {
    const request = (id?: string) =>
      ask(ledger.url, { path: "/livez", headers: id === undefined ? {} : { "X-Request-Id": id } });
    expect((await request("trace-1")).headers["x-request-id"]).toBe("trace-1");
    const made = [await request(), await request("<script>"), await request("x".repeat(200))];
    const ids = made.map(({ headers }) => headers["x-request-id"]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("never repeats what the client sent", async () => {
    const marker = "zq9<script>";
    const session = await openSession(ledger.url);
    const answers = [
      await ask(ledger.url, { path: `/${encodeURIComponent(marker)}` }),
      await post(ledger.url, START, { ...startInput(), [marker]: marker, modality: marker, source: marker }),
      await post(ledger.url, START, { user_id: marker, performer_id: "carer01" }),
      await post(ledger.url, END, { ...endInput(session), session_id: marker }),
      await post(ledger.url, APPEND, { ...messageInput(session), classifier_output: { [marker]: marker } }),
      await post(ledger.url, APPEND, { ...messageInput(session), performer_id: marker, frame_data: marker }),
      await postText(ledger.url, APPEND, `{"user_id":${marker}}`),
    ];
    for (const { status, text } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain("zq9");
    }
  });
});

describe("the server's own operations", () => {
  test("say that it lives and is ready", async () => {
    for (const path of ["/livez", "/readyz"]) expect((await ask(ledger.url, { path })).status).toBe(200);
  });

  test("give metrics that name no user and no session", async () => {
    const session = await openSession(ledger.url, "user-metrics");
    const { status, headers, text } = await ask(ledger.url, { path: "/metrics" });
    expect([status, headers["content-type"]]).toEqual([200, expect.stringMatching(/^text\/plain\b/)]);
    expect(text).toMatch(/^# TYPE \w+ counter$/m);
    expect(text).not.toContain(session.user_id);
    expect(text).not.toContain(session.session_id);
  });

  test("describe every operation in OpenAPI 3.1, with pages", async () => {
    const { body } = await ask(ledger.url, { path: "/openapi.json" });
    expect(body["openapi"]).toMatch(/^3\.1\./);
    const paths = [START, END, VALIDATE, APPEND, "/livez", "/readyz", "/metrics", "/openapi.json"];
    expect(Object.keys(body["paths"] as object)).toEqual(expect.arrayContaining(paths));
    const page = await ask(ledger.url, { path: "/docs/" });
    expect([page.status, page.headers["content-type"]]).toEqual([
      200,
      expect.stringMatching(/^text\/html\b/),
    ]);
    expect((await ask(ledger.url, { path: "/docs" })).status).toBeLessThan(400);
  });
});

test("the prefix of session ids is a setting", async () => {
  const other = await LedgerUnderTest.started({ SESSION_ID_PREFIX: "visit-" });
  onTestFinished(() => other.remove());
  const { session_id } = await openSession(other.url);
  expect(session_id).toMatch(/^visit-[0-9a-f]{16}$/);
});

test("lenient compatibility ignores the times of upstream clients, and still refuses a foreign source", async () => {
  const lenient = await LedgerUnderTest.started({ A3CP_COMPATIBILITY: "lenient" });
  onTestFinished(() => lenient.remove());
  const times = { timestamp: "1999-01-01T00:00:00Z", start_time: "never", end_time: 7 };
  const input = { ...startInput(), ...times };
  expectInvalid(await post(lenient.url, START, { ...input, source: "upstream" }), 400, "source");
  const start = await post(lenient.url, START, input);
  expect(start.status).toBe(200);
  expect(start.body["start_time"]).toBe(start.body["timestamp"]);
  expect(start.body["timestamp"]).not.toBe(times.timestamp);
  expect(start.body).not.toHaveProperty("end_time");
  const session = { user_id: input.user_id, session_id: String(start.body["session_id"]) };
  const end = await post(lenient.url, END, { ...endInput(session), ...times });
  expect(end.status).toBe(200);
  expect(end.body["end_time"]).toBe(end.body["timestamp"]);
  expect(end.body).not.toHaveProperty("start_time");
});
