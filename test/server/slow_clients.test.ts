import { ProblemSchema } from "@session-ledger/session_contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, post } from "../e2e/http_exchange.ts";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { RawConnection } from "./raw_connection.ts";

const CONNECTIONS_MAX = 6;

const started: LedgerUnderTest[] = [];
afterAll(() => Promise.all(started.map((ledger) => ledger.remove())));

async function start(variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const ledger = await LedgerUnderTest.started({ CONNECTIONS_MAX: String(CONNECTIONS_MAX), ...variables });
  started.push(ledger);
  return ledger.url;
}

/** Ways to keep a server waiting: nothing at all, half of the header fields, half of the body. */
const SLOW_BEGINNINGS = {
  "nothing at all": "",
  "half a request line": "GET /liv",
  "half of their header fields": "POST /schema-recorder/append HTTP/1.1\r\nHost: localhost\r\nX-",
  "half of their body":
    'POST /schema-recorder/append HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"a',
} as const;

const BEGINNINGS = Object.keys(SLOW_BEGINNINGS) as (keyof typeof SLOW_BEGINNINGS)[];

/** The head and the problem of an answer that was received whole. */
function problemIn(received: string) {
  const [head = "", body = ""] = received.split("\r\n\r\n", 2);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
  expect(Buffer.byteLength(body)).toBe(length);
  return { head, problem: ProblemSchema.parse(JSON.parse(body)) };
}

describe("clients who send slowly", () => {
  test.each(BEGINNINGS)("that sent %s keep no one out", async (sent) => {
    const url = await start();
    const slow: RawConnection[] = [];
    for (let opened = 0; opened < 4 * CONNECTIONS_MAX; opened += 1) {
      const connection = await RawConnection.open(url);
      connection.write(SLOW_BEGINNINGS[sent]);
      slow.push(connection);
      const { status } = await ask(url, { path: "/livez" });
      expect([opened, status]).toEqual([opened, 200]);
    }
    await slow[0]!.ended;
  });

  test("do not cut who waits for an answer", async () => {
    const url = await start();
    const by = { user_id: "ada", performer_id: "p" };
    const { body } = await post(url, "/session_manager/sessions.start", by);
    const tail = await RawConnection.open(url);
    tail.write(
      `GET /session_manager/sessions/${body["session_id"]}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
    );
    await tail.received("session.started");
    for (let opened = 0; opened < 4 * CONNECTIONS_MAX; opened += 1) {
      (await RawConnection.open(url)).write(SLOW_BEGINNINGS["half of their header fields"]);
    }
    const end = { ...by, session_id: body["session_id"] };
    expect((await post(url, "/session_manager/sessions.end", end)).status).toBe(200);
    await tail.received("event: end");
  });

  test("are told that it took too long, and cut", async () => {
    const url = await start({ REQUEST_SECONDS_MAX: "1" });
    for (const beginning of ["half of their header fields", "half of their body"] as const) {
      const slow = await RawConnection.open(url);
      slow.write(SLOW_BEGINNINGS[beginning]);
      const { head, problem } = problemIn(await slow.ended);
      expect(head).toMatch(/^HTTP\/1\.1 408 /);
      expect(problem.code).toBe("REQUEST_TIMEOUT");
    }
  });
});

describe("what is no request", () => {
  const broken: [string, string, number, string][] = [
    ["no HTTP at all", "\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n\r\n", 400, "REQUEST_INVALID"],
    ["a version that there is not", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 400, "REQUEST_INVALID"],
    [
      "header fields over their limit",
      `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
    [
      "a path over their limit",
      `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
    ["a request without a host", "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", 403, "HOST_FORBIDDEN"],
    [
      "a broken chunk",
      "POST /schema-recorder/append HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
      "REQUEST_INVALID",
    ],
  ];
  let url: string;
  beforeAll(async () => {
    url = await start();
  });

  test.each(broken)("(%s) is answered with a problem, and cut", async (_, bytes, status, code) => {
    const connection = await RawConnection.open(url);
    connection.write(bytes);
    const { head, problem } = problemIn(await connection.ended);
    expect([head.slice(0, 13), problem.status, problem.code]).toEqual([`HTTP/1.1 ${status} `, status, code]);
    expect(head.toLowerCase()).toContain(`\r\nx-request-id: ${problem.request_id}`);
    expect(head).toContain("application/problem+json");
    expect(head.toLowerCase()).toContain("x-content-type-options: nosniff");
  });

  test("an expectation that nobody knows is passed over", async () => {
    const connection = await RawConnection.open(url);
    connection.write(
      "GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\nConnection: close\r\n\r\n",
    );
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("is never answered in the place of a whole request before it", async () => {
    const connection = await RawConnection.open(url);
    const body = JSON.stringify({ user_id: "ada", performer_id: "p" });
    connection.write(
      `POST /session_manager/sessions.start HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}no HTTP\r\n\r\n`,
    );
    expect(await connection.ended).not.toContain("HTTP/1.1 400");
  });
});
