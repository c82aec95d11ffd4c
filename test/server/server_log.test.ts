import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Asked, ask } from "../e2e/http_exchange.ts";
import { tempRoot } from "../support/temp_root.ts";
import { RawConnection } from "./raw_connection.ts";
import { type ServerProcess, startServer } from "./server_process.ts";

/** Everything that tells of a person, a client or a secret, and that no line may repeat. */
const TELLING = "telltale";
const KEY = `sl_${TELLING}_key`;
const HEADERS = {
  "user-agent": `${TELLING}-agent`,
  cookie: `session=${TELLING}`,
  referer: `https://${TELLING}.example/`,
  "x-forwarded-for": `${TELLING}, 192.0.2.77`,
  forwarded: "for=192.0.2.77",
  "x-anything": TELLING,
};
const FORBIDDEN = [TELLING, KEY, hash("sha256", KEY, "hex"), "192.0.2.77", "Bearer", "authorization"];

const REQUEST_ID = expect.stringMatching(/^[\w.-]{1,128}$/);
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** Every line that the server may write while nothing is broken, by its message: these fields, and no others. */
const LINES: Readonly<Record<string, object>> = {
  listening: {
    level: "info",
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    log_root: expect.any(String),
    pid: expect.any(Number),
  },
  stopping: { level: "info", signal: "SIGTERM" },
  stopped: { level: "info" },
  "the keys were read anew": { level: "info", keys: 1 },
  "the keys stay as they were": {
    level: "error",
    mistakes: ["line 1 must begin with a SHA-256 in 64 lower-case hex digits."],
  },
  "a command was rejected": {
    level: "warn",
    code: expect.stringMatching(/^[A-Z_]+$/),
    request_id: REQUEST_ID,
    route: expect.stringMatching(/^[/a-z_.0-9-]+$/),
  },
  "an anonymous session was created": { level: "info", session_id: UUID },
  "request completed": {
    level: "debug",
    request: { id: REQUEST_ID, method: expect.any(String), path: expect.stringMatching(/^\//) },
    response: { status: expect.any(Number) },
    duration_ms: expect.any(Number),
  },
};

/** What a line may say beside, where it applies. */
const ALSO: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  "a command was rejected": {
    reason: expect.stringMatching(/^not_found_[a-z_]+$/),
    user_id: expect.stringMatching(/^(?:ada|eve)$/),
    session_id: expect.stringMatching(/^sess_[0-9a-f]{16}$/),
  },
};

/** What a line must be, all of it. */
function lineLike({ msg, ...fields }: Readonly<Record<string, unknown>>): object {
  const also = Object.entries(ALSO[String(msg)] ?? {}).filter(([name]) => Object.hasOwn(fields, name));
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return { msg, time, ...LINES[String(msg)], ...Object.fromEntries(also) };
}

/** Requests that are answered with every kind of answer below 500, each with as much that tells as it can hold. */
function tellingRequests(session_id: string): Asked[] {
  const bearer = { authorization: `Bearer ${KEY}` };
  const json = { "content-type": "application/json" };
  const body = (more: object) => JSON.stringify({ user_id: "ada", performer_id: TELLING, ...more });
  const commands = [
    { path: "sessions.start", body: body({ session_notes: TELLING }) },
    { path: "sessions.start", body: body({ session_notes: `${TELLING} again` }) },
    { path: "sessions.start", body: body({ user_id: `${TELLING} <script>` }) },
    { path: "sessions.start", body: body({ [TELLING]: TELLING }) },
    { path: "sessions.pause", body: body({ session_id, reason: TELLING }) },
    { path: "sessions.end", body: body({ session_id: "sess_ffffffffffffffff" }) },
    { path: "sessions.end", body: `{"${TELLING}` },
    { path: "sessions.end?secret=telltale", body: TELLING.repeat(100_000) },
  ].map(({ path, body }) => ({ method: "POST", path: `/session_manager/${path}`, body, headers: json }));
  const message = {
    session_id,
    record_id: "4e1d7b90-83c2-4d5f-a6e8-1f3c5b7d9024",
    timestamp: "2026-11-21T09:31:00Z",
  };
  const asked: Asked[] = [
    ...commands,
    {
      method: "POST",
      path: "/schema-recorder/append",
      body: body({ ...message, source: TELLING, text: TELLING }),
      headers: json,
    },
    {
      method: "POST",
      path: "/schema-recorder/append",
      body: TELLING,
      headers: { "content-type": `text/${TELLING}` },
    },
    { method: "POST", path: "/api/v1/sessions", body: "{}", headers: json },
    { path: `/session_manager/sessions/${session_id}?at_seq=${TELLING}` },
    { path: `/session_manager/sessions?cursor=${TELLING}` },
    { path: "/metrics" },
    { method: "DELETE", path: "/livez" },
  ];
  const withKey = asked.map((each) => ({ ...each, headers: { ...HEADERS, ...bearer, ...each.headers } }));
  const unknown = { ...HEADERS, authorization: `Bearer ${TELLING}-unknown`, "idempotency-key": TELLING };
  return [
    ...withKey,
    { ...asked[0]!, headers: { ...unknown, ...json } },
    { path: "/metrics", headers: unknown },
  ];
}

async function start(variables: Readonly<Record<string, string>>) {
  const folder = await tempRoot();
  const keys = join(folder, "keys");
  const digest = hash("sha256", KEY, "hex");
  await writeFile(keys, `${digest} web service\n`, { mode: 0o600 });
  const listening = await startServer({
    LOG_ROOT: join(folder, "logs"),
    LEDGER_API_KEYS: keys,
    LOG_LEVEL: "trace",
    ...variables,
  });
  onTestFinished(async () => void (await listening.server.kill()));
  return { ...listening, folder, keys };
}

async function askAll(url: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
  const body = JSON.stringify({ user_id: "eve", performer_id: "p" });
  const path = "/session_manager/sessions.start";
  const started = await ask(url, { method: "POST", path, body, headers });
  const statuses: number[] = [];
  for (const asked of tellingRequests(String(started.body["session_id"] ?? "sess_0000000000000000"))) {
    statuses.push((await ask(url, asked)).status);
  }
  const broken = await RawConnection.open(url);
  broken.write(`${TELLING} ${KEY}\r\n\r\n`);
  await broken.ended;
  return statuses;
}

function forbiddenIn({ lines }: ServerProcess): string[] {
  const text = lines.join("\n").toLowerCase();
  return FORBIDDEN.filter((each) => text.includes(each.toLowerCase()));
}

describe("the server's log", () => {
  test("is one JSON object a line, of known fields, and holds nothing that tells of a client or a secret", async () => {
    const { server, url, folder, keys } = await start({});
    const statuses = await askAll(url);
    expect(
      [200, 201, 400, 401, 403, 404, 405, 409, 413, 415].filter((status) => !statuses.includes(status)),
    ).toEqual([]);
    for (const [text, msg] of [
      [`${KEY} web service\n`, "the keys stay as they were"],
      [`${hash("sha256", KEY, "hex")} other service\n`, "the keys were read anew"],
    ] as const) {
      await writeFile(keys, text);
      server.signal("SIGHUP");
      await server.logged(msg);
    }
    await server.stop();

    const seen = new Set<string>();
    for (const text of server.lines) {
      const parsed = JSON.parse(text);
      seen.add(parsed.msg);
      expect(parsed).toEqual(lineLike(parsed));
      if (parsed.msg !== "listening") expect(text).not.toContain(folder);
    }
    expect([...seen].toSorted()).toEqual(Object.keys(LINES).toSorted());
    expect(forbiddenIn(server)).toEqual([]);
  });

  test("of a store that takes nothing tells why, and nothing more of who asked", async () => {
    const { server, url } = await start({ DISK_FREE_BYTES_MIN: String(Number.MAX_SAFE_INTEGER) });
    expect(await askAll(url)).toContain(503);
    await server.stop();
    expect(server.lines.join("\n")).toContain("STORE_FULL");
    expect(forbiddenIn(server)).toEqual([]);
  });
});
