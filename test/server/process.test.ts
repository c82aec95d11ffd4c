import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendMessage, endSession, startSession } from "./ledger_client.ts";
import { RawConnection } from "./raw_connection.ts";
import { type ListeningServer, ServerProcess, startServer } from "./server_process.ts";

let folder: string;
let log_root: string;
const started: ServerProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "session-ledger-"));
  log_root = join(folder, "logs");
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.kill()));
  await rm(folder, { recursive: true });
});

async function start(
  variables: Record<string, string> = {},
  wrapper: string[] = [],
): Promise<ListeningServer> {
  const listening = await startServer({ LOG_ROOT: log_root, ...variables }, { wrapper });
  started.push(listening.server);
  return listening;
}

/** Every event in the logs, by `record_id`. */
async function recordedIds(): Promise<Set<unknown>> {
  const files = await readdir(join(log_root, "users"), { recursive: true });
  const logs = await Promise.all(
    files
      .filter((file) => file.endsWith(".jsonl"))
      .map((file) => readFile(join(log_root, "users", file), "utf8")),
  );
  const lines = logs.flatMap((text) => text.trimEnd().split("\n"));
  return new Set(lines.map((line) => JSON.parse(line).event.record_id));
}

/** A request whose body is on its way: the server has accepted it and waits. */
async function halfRequest(url: string, body: string): Promise<RawConnection> {
  const connection = await RawConnection.open(url);
  connection.write(
    "POST /session_manager/sessions.start HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  await connection.received("HTTP/1.1 100 Continue");
  return connection;
}

describe("a start", () => {
  test("says where it listens, and goes on from what was recorded before", async () => {
    const first = await start();
    expect(await first.server.logged("listening")).toMatchObject({ url: first.url, log_root });
    expect((await startSession(first.url, "user-a")).status).toBe(200);
    expect(await first.server.stop()).toMatchObject({ code: 0, stderr: "" });

    const second = await start();
    const again = await startSession(second.url, "user-a");
    expect([again.status, again.body["code"]]).toEqual([409, "SESSION_ALREADY_ACTIVE"]);
    expect((await second.server.stop("SIGINT")).code).toBe(0);
  });

  test("on a log root that another process holds is refused at once, naming the holder", async () => {
    const { server, url } = await start();
    const { code, stderr } = await new ServerProcess({ LOG_ROOT: log_root }).exited;
    expect(code).toBe(3);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(`pid ${server.pid} on ${hostname()}`);
    expect((await startSession(url, "user-a")).status).toBe(200);
  });

  test("with mistakes in the environment is refused with one line each and no stack", async () => {
    const variables = { LOG_ROOT: log_root, HOST: "0.0.0.0", PORT: "80a", LOG_LEVEL: "" };
    const { code, stderr } = await new ServerProcess(variables).exited;
    expect(code).toBe(2);
    const names = stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[1]);
    expect(names).toEqual(["HOST", "PORT", "LOG_LEVEL"]);
    await expect(readdir(log_root)).rejects.toThrow("ENOENT");
  });

  test("on a port in use, or a log root that is no folder, is refused with one line", async () => {
    const { url } = await start();
    const busy = { LOG_ROOT: join(folder, "other"), PORT: new URL(url).port };
    const no_folder = { LOG_ROOT: join(log_root, ".ledger", "writer.json") };
    for (const [variables, expected] of [
      [busy, 5],
      [no_folder, 4],
    ] as const) {
      const { code, stderr } = await new ServerProcess(variables).exited;
      expect(code).toBe(expected);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });
});

describe("a stop", () => {
  test("under load loses nothing that was answered", async () => {
    const { server, url } = await start();
    const acknowledged: unknown[] = [];
    const enough = Promise.withResolvers<void>();
    const isAcknowledged = ({ status, body }: { status: number; body: Record<string, unknown> }): boolean => {
      if (status === 200) acknowledged.push(body["record_id"]);
      if (acknowledged.length === 200) enough.resolve();
      return status === 200;
    };
    const user = async (user_id: string): Promise<void> => {
      for (;;) {
        const session = await startSession(url, user_id);
        if (!isAcknowledged(session)) return;
        if (!isAcknowledged(await endSession(url, user_id, session.body["session_id"]))) return;
      }
    };
    // Each user ends on a 503, or on a connection that was closed without an answer.
    const users = Promise.allSettled(Array.from({ length: 40 }, (_, index) => user(`user-${index}`)));
    await enough.promise;
    expect((await server.stop()).code).toBe(0);
    await users;
    const recorded = await recordedIds();
    expect(acknowledged.filter((record_id) => !recorded.has(record_id))).toEqual([]);
  });

  test("finishes a request that it accepted, and refuses the next one on that connection", async () => {
    const { server, url } = await start();
    const body = JSON.stringify({ user_id: "user-a", performer_id: "tester" });
    const connection = await halfRequest(url, body);
    server.signal("SIGTERM");
    await server.logged("stopping");
    connection.write(`${body}GET /session_manager HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const received = await connection.ended;
    expect(received).toContain("HTTP/1.1 200 OK");
    expect(received).toContain("HTTP/1.1 503 Service Unavailable");
    expect(received).toContain("Connection: close");
    expect((await server.exited).code).toBe(0);
    expect((await recordedIds()).size).toBe(1);
  });

  test("does not wait for connections on which nothing is asked", async () => {
    const { server, url } = await start({ SHUTDOWN_SECONDS_MAX: "600", KEEP_ALIVE_SECONDS_MAX: "600" });
    const silent = await RawConnection.open(url);
    const idle = await RawConnection.open(url);
    idle.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await idle.received('{"status":"alive"}');
    expect((await server.stop()).code).toBe(0);
    await Promise.all([silent.ended, idle.ended]);
  });

  test("cuts a request that does not end in time, and is clean all the same", async () => {
    const { server, url } = await start({ SHUTDOWN_SECONDS_MAX: "1" });
    await halfRequest(url, "{}");
    expect((await server.stop()).code).toBe(0);
    expect(await server.logged("requests that did not end in time were cut")).toMatchObject({ requests: 1 });
  });

  test("is forced by a second signal", async () => {
    const { server, url } = await start();
    await halfRequest(url, "{}");
    server.signal("SIGTERM");
    await server.logged("stopping");
    expect((await server.stop()).code).toBe(1);
  });
});

test("a store that fails ends the process, and the next start recovers what was acknowledged", async () => {
  // No file may grow past 128 KiB, so the second append fails in the middle of a write to the journal.
  const { server, url } = await start({}, ["sh", "-c", 'ulimit -f 256; exec "$@"', "sh"]);
  const session = await startSession(url, "user-a", "x".repeat(5000));
  expect(session.status).toBe(200);
  const failed = await appendMessage(url, "user-a", session.body["session_id"], {
    text: "y".repeat(140_000),
  });
  expect([failed.status, failed.body["code"]]).toEqual([503, "STORE_FAILED"]);
  expect((await server.exited).code).toBe(4);

  const { url: next_url } = await start();
  const end = await endSession(next_url, "user-a", session.body["session_id"]);
  expect(end.status).toBe(200);
  expect(await recordedIds()).toEqual(new Set([session.body["record_id"], end.body["record_id"]]));
});
