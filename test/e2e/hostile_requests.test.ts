// Bodies, headers and connections that no well-meaning client makes.
import type { OutgoingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { expectInvalid, expectProblem } from "./expected_problem.ts";
import { ask, postText } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { linesOf } from "./log_root_files.ts";
import {
  APPEND,
  DELETE,
  END,
  messageInput,
  openSession,
  PAUSE,
  RESUME,
  type SessionNames,
  START,
  startInput,
  VALIDATE,
} from "./operations.ts";
import { exchangeRaw, statusesIn } from "./raw_exchange.ts";
import { expectNothingEscaped } from "./unharmed_ledger.ts";

const OPERATIONS = [START, PAUSE, RESUME, DELETE, END, VALIDATE, APPEND];

let ledger: LedgerUnderTest;
let session: SessionNames;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
  session = await openSession(ledger.url);
});
afterAll(() => ledger.remove());

/** A start's request as bytes, with these header lines and this body. */
function rawStart(headers: readonly string[], body = JSON.stringify(startInput())): string {
  const lines = [`POST ${START} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function bytes(...parts: readonly (string | number)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))));
}

describe("a body", () => {
  test.each([
    ["that is cut", '{"user_id":"user-a","performer_id":"carer01"'],
    ["with a trailing comma", '{"user_id":"user-a","performer_id":"carer01",}'],
    ["with single quotes", "{'user_id':'user-a'}"],
    ["with a raw newline in a string", '{"user_id":"user-a","performer_id":"a\nb"}'],
    ["with two values", '{"user_id":"user-a","performer_id":"carer01"}{}'],
    ["with NaN", '{"user_id":"user-a","performer_id":NaN}'],
    ["that is a byte order mark", "\ufeff"],
    ["of NUL bytes", "\0".repeat(512)],
    ["of 8 KB of open brackets", "[".repeat(8192)],
    ["of 8 KB of open objects", '{"a":'.repeat(1639)],
    ["of 8 KB of nested arrays", "[".repeat(4096) + "]".repeat(4096)],
    ["with nesting inside an allowed field", `{"performer_id":${"[".repeat(4000)}${"]".repeat(4000)}}`],
    ["with a __proto__ key", '{"__proto__":{"user_id":"user-a","performer_id":"carer01"}}'],
    ["with an escaped __proto__ key", '{"\\u005f_proto__":{"user_id":"user-a","performer_id":"carer01"}}'],
    ["whose second user_id is hostile", '{"user_id":"user-a","user_id":"../x","performer_id":"carer01"}'],
    ["with a number of 10,000 digits", `{"user_id":"user-a","performer_id":${"9".repeat(10_000)}}`],
    ["of invalid UTF-8", bytes('{"user_id":"user-a","performer_id":"', 0xc3, 0x28, '"}')],
    ["of overlong UTF-8", bytes('{"user_id":"', 0xc0, 0xae, 0xc0, 0xae, '","performer_id":"carer01"}')],
    ["of UTF-8 that is cut", bytes('{"user_id":"user-a","performer_id":"', 0xe2, 0x82)],
    ["of UTF-16", Buffer.from('{"user_id":"user-a","performer_id":"carer01"}', "utf16le")],
    ["of a surrogate in UTF-8", bytes('{"user_id":"user-a","performer_id":"', 0xed, 0xa0, 0x80, '"}')],
  ])("%s is refused by every operation", async (_what, body) => {
    for (const path of OPERATIONS) {
      expectInvalid(await postText(ledger.url, path, body), path === APPEND ? 422 : 400);
    }
  });

  test("in which a message holds invalid UTF-8 is refused, and nothing of it recorded", async () => {
    const [head, tail] = JSON.stringify({ ...messageInput(session), text: "@" }).split("@");
    expectInvalid(await postText(ledger.url, APPEND, bytes(head!, 0xff, tail!)), 422);
    expect(await linesOf(ledger.log_root, session)).toHaveLength(1);
  });

  test("of 5 MB is 413, with its length told or in chunks", async () => {
    const body = Buffer.alloc(5_000_000, "x");
    for (const path of OPERATIONS) {
      expectProblem(await postText(ledger.url, path, body), 413, "BODY_TOO_LARGE");
      const headers = { "Content-Type": "application/json", "Transfer-Encoding": "chunked" };
      expectProblem(await ask(ledger.url, { method: "POST", path, headers, body }), 413, "BODY_TOO_LARGE");
    }
  });
});

test.each<OutgoingHttpHeaders>([
  { "Content-Type": "" },
  { "Content-Type": "application/json, text/html" },
  { "Content-Type": "application/jsonp" },
  { "Content-Type": "application/json\u00ff" },
  { "Content-Type": `application/json; ${"a=b; ".repeat(1_000)}` },
  { "Content-Type": "multipart/form-data; boundary=x" },
  { "Content-Encoding": "br" },
  { "Content-Encoding": "gzip, gzip" },
  { "If-Match": "," },
  { "If-Match": '"'.repeat(5_000) },
  { "X-Request-Id": "a".repeat(5_000) },
  { "X-Request-Id": ["a", "b"] },
  { Expect: "200-ok" },
  { Upgrade: "websocket", Connection: "Upgrade" },
  { Range: "bytes=0-" },
  { "X-HTTP-Method-Override": "DELETE" },
  { "X-Forwarded-Host": "example.org", "X-Forwarded-For": "10.0.0.1" },
  { Cookie: "a=b; ".repeat(1_000) },
  { ["__proto__"]: "x", constructor: "x" },
])("the header %j is never a 5xx", async (headers) => {
  for (const path of OPERATIONS) {
    expect((await postText(ledger.url, path, JSON.stringify(startInput()), headers)).status).toBeLessThan(
      500,
    );
  }
});

describe("on a raw connection", () => {
  const length = (body: string): string => `Content-Length: ${body.length}`;
  const JSON_TYPE = "Content-Type: application/json";
  const body = JSON.stringify({ user_id: "user-raw", performer_id: "carer01" });

  test.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["garbage", Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167) % 256))],
    ["a TLS hello", bytes(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03)],
    ["no version", `GET /livez\r\n\r\n`],
    ["another version", "GET /livez HTTP/9.9\r\nHost: localhost\r\n\r\n"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["an unknown method", "SUMMON /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ["no Host", "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["an empty Host", "GET /livez HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"],
    ["two Hosts", "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: example.org\r\nConnection: close\r\n\r\n"],
    ["a foreign absolute path", "GET http://example.org/livez HTTP/1.1\r\nHost: example.org\r\n\r\n"],
    ["a NUL in the path", "GET /session_manager/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["raw UTF-8 in the path", "GET /ü/😀 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ["a NUL in a header", rawStart(["X-A: a\0b", JSON_TYPE, length(body)], body)],
    ["a header without a colon", rawStart(["X-A", JSON_TYPE, length(body)], body)],
    ["a folded header", rawStart(["X-A: a", " b", JSON_TYPE, length(body)], body)],
    ["headers of 64 KB", rawStart([`X-A: ${"a".repeat(65_536)}`])],
    ["5,000 headers", rawStart(Array.from({ length: 5_000 }, (_, index) => `X-${index}: a`))],
    [
      "two content types",
      rawStart([JSON_TYPE, "Content-Type: text/html", length(body)], `${body.slice(0, -1)},`),
    ],
    ["two lengths", rawStart([JSON_TYPE, length(body), "Content-Length: 2"], body)],
    ["a negative length", rawStart([JSON_TYPE, "Content-Length: -1"], body)],
    ["a length that is no number", rawStart([JSON_TYPE, "Content-Length: many"], body)],
    ["a length beyond any", rawStart([JSON_TYPE, `Content-Length: ${"9".repeat(40)}`], body)],
    ["a length and chunks", rawStart([JSON_TYPE, length(body), "Transfer-Encoding: chunked"], body)],
    ["a bad chunk size", rawStart([JSON_TYPE, "Transfer-Encoding: chunked"], `zz\r\n${body}\r\n0\r\n\r\n`)],
    ["a chunk that is cut", rawStart([JSON_TYPE, "Transfer-Encoding: chunked"], `ff\r\n${body}`)],
    ["an unknown transfer encoding", rawStart([JSON_TYPE, "Transfer-Encoding: rot13"], body)],
    ["a body that is cut", rawStart([JSON_TYPE, "Content-Length: 4000"], body)],
    ["headers that are cut", `POST ${START} HTTP/1.1\r\nHost: localhost\r\nContent-Ty`],
    ["bare line feeds", rawStart([JSON_TYPE, length(body)], body).replaceAll("\r\n", "\n")],
  ])("%s starts no session and is never a 5xx", async (_what, sent) => {
    const received = await exchangeRaw(ledger.url, sent);
    for (const status of statusesIn(received)) expect(status, received).toBeLessThan(500);
    expect(statusesIn(received).length, received).toBeLessThanOrEqual(1);
    expect(received).not.toContain('"session_id"');
  });

  test("garbage after a request leaves a whole session or none, and is never a 5xx", async () => {
    const own = JSON.stringify(startInput());
    const request = rawStart([JSON_TYPE, length(own)], own).replace("Connection: close\r\n", "");
    const received = await exchangeRaw(ledger.url, `${request}\0\0 GARBAGE\r\n\r\n`);
    for (const status of statusesIn(received)) expect([200, 400]).toContain(status);
    await expectNothingEscaped(ledger);
  });

  test("a client that is gone before its answer leaves a whole session or none", async () => {
    const gone = Array.from({ length: 20 }, () => {
      const own = JSON.stringify({ ...startInput() });
      return exchangeRaw(ledger.url, rawStart([JSON_TYPE, length(own)], own).slice(0, -1));
    });
    for (const received of await Promise.all(gone)) {
      for (const status of statusesIn(received)) expect(status).toBe(400);
    }
    await expectNothingEscaped(ledger);
  });
});

test("after all of it the logs verify, nothing escaped, and a session can be recorded", async () => {
  await expectNothingEscaped(ledger);
  expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0, stderr: "" });
  const message = JSON.stringify(messageInput(session));
  expect((await postText(ledger.url, APPEND, message)).status).toBe(201);
  expect((await ask(ledger.url, { path: "/readyz" })).status).toBe(200);
});
