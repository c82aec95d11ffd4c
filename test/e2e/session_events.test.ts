// The list, the audit and the events of sessions, on a server in a process of its own.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { RandomNumbers } from "../crash/random_numbers.ts";
import type { ServerEnvironment } from "../server/server_process.ts";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { logFileOf } from "./log_root_files.ts";
import {
  APPEND,
  DELETE,
  endInput,
  endSession,
  messageInput,
  openSession,
  PAUSE,
  RESUME,
  type SessionNames,
} from "./operations.ts";
import { SlowClient } from "./slow_client.ts";
import { followSession, type TailEvent } from "./tail_client.ts";

const CUTS = 100;

async function startedLedger(environment: ServerEnvironment = {}): Promise<LedgerUnderTest> {
  const ledger = await LedgerUnderTest.started(environment);
  onTestFinished(() => ledger.remove());
  return ledger;
}

function eventsOf(url: string, { session_id }: SessionNames, query: string, accept: string) {
  const path = `/session_manager/sessions/${session_id}/events${query}`;
  return ask(url, { path, headers: { Accept: accept } });
}

async function append(url: string, session: SessionNames, more: object = {}): Promise<void> {
  const { status, text } = await post(url, APPEND, { ...messageInput(session), ...more });
  if (status !== 201) throw new Error(`The append was answered ${status}: ${text}`);
}

function fileOf(ledger: LedgerUnderTest, session: SessionNames): Promise<string> {
  return readFile(join(ledger.log_root, logFileOf(session)), "utf8");
}

describe("the events of a session", () => {
  test("are the lines of its file, byte for byte, in each media type", async () => {
    const ledger = await startedLedger();
    const session = await openSession(ledger.url);
    await append(ledger.url, session, { text: "\u2028 \ud800 é \u{1f600} \u0000", number: 0.1e-6 });
    for (let count = 0; count < 200; count += 1) await append(ledger.url, session, { count });
    await append(ledger.url, session, { text: "x".repeat(400_000) });
    await endSession(ledger.url, session);
    const file = await fileOf(ledger, session);

    expect((await eventsOf(ledger.url, session, "", "application/x-ndjson")).text).toBe(file);
    const tail = await followSession(ledger.url, session.session_id);
    expect(tail.slice(0, -1).map(({ data }) => `${data}\n`)).toEqual(file.split(/(?<=\n)/));
    expect(tail.at(-1)).toEqual({ id: undefined, event: "end", data: '{"state":"stopped","seq":204}' });

    const first = await eventsOf(ledger.url, session, "?limit=150", "application/json");
    const second = await eventsOf(ledger.url, session, "?limit=150&after=150", "application/json");
    expect([first.body["next_after"], second.body["next_after"]]).toEqual([150, null]);
    const events = [...(first.body["events"] as object[]), ...(second.body["events"] as object[])];
    expect(events.map((event) => `${JSON.stringify(event)}\n`)).toHaveLength(204);
    expect(events).toEqual(
      file
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
  });

  test("come to a live tail once each, wherever it is cut, and however often", async () => {
    const seed = randomBytes(4).readUInt32LE();
    const random = new RandomNumbers(seed);
    const ledger = await startedLedger({ SSE_HEARTBEAT_SECONDS: "1" });
    const session = await openSession(ledger.url);
    let cuts = 0;
    const writing = (async () => {
      while (cuts < CUTS) await append(ledger.url, session, { text: "x".repeat(random.below(300)) });
      await endSession(ledger.url, session);
    })();

    const received: TailEvent[] = [];
    while (received.at(-1)?.event !== "end") {
      const last_event_id = received.at(-1)?.id;
      const cut_after_bytes = cuts < CUTS ? 1 + random.below(3_000) : Number.POSITIVE_INFINITY;
      received.push(
        ...(await followSession(ledger.url, session.session_id, { last_event_id, cut_after_bytes })),
      );
      cuts += 1;
    }
    await writing;
    const lines = (await fileOf(ledger, session)).trimEnd().split("\n");
    expect(
      received.slice(0, -1).map(({ id, data }) => [id, data]),
      `seed ${seed}`,
    ).toEqual(lines.map((line, index) => [String(index + 1), line]));
    expect(cuts).toBeGreaterThan(CUTS);
  });

  test("end with the server, promptly, and go on with the next one", async () => {
    const ledger = await startedLedger({ SHUTDOWN_SECONDS_MAX: "600" });
    const session = await openSession(ledger.url);
    const begun = Promise.withResolvers<void>();
    const tail = followSession(ledger.url, session.session_id, { onEvent: () => begun.resolve() });
    await begun.promise;
    // Half of the stop's time would be given to an answer that does not end: longer than this test may take.
    expect(await ledger.stop("SIGTERM")).toBe(0);
    expect((await tail).map(({ id, event }) => id ?? event)).toEqual(["1"]);
    await ledger.start();
    await endSession(ledger.url, session);
    const resumed = await followSession(ledger.url, session.session_id, { last_event_id: "1" });
    expect(resumed.map(({ id, event }) => id ?? event)).toEqual(["2", "end"]);
  });
});

describe.each([
  ["archived", "not_found_archived", ["archive"]],
  ["erased", "not_found_deleted", ["delete", "erase"]],
] as const)("a session that is %s while a client is slow to take its events", (_name, reason, acts) => {
  /** More than the two ends of a connection hold, so that most of it has not left the server when the log goes. */
  const LINES = 32;
  const LINE_BYTES = 500_000;

  test.each([
    ["text/event-stream", true],
    ["application/x-ndjson", false],
  ])("is told as not found after %s has ended, and never as whole", async (accept, is_whole) => {
    const ledger = await startedLedger();
    const session = await openSession(ledger.url);
    for (let count = 0; count < LINES; count += 1)
      await append(ledger.url, session, { text: "x".repeat(LINE_BYTES) });
    const slow = await SlowClient.open(ledger.url, session, accept);
    await endSession(ledger.url, session);
    for (const act of acts) {
      const input = act === "delete" ? endInput(session) : { session_id: session.session_id };
      expect((await post(ledger.url, `/session_manager/sessions.${act}`, input)).status).toBe(200);
    }
    const { text, complete } = await slow.rest();
    expect([complete, text.includes("event: end")]).toEqual([is_whole, false]);
    expect(text.length).toBeLessThan(LINES * LINE_BYTES);
    const resumed = await eventsOf(ledger.url, session, "?include_deleted=true", accept);
    expect([resumed.status, resumed.body["reason"]]).toEqual([404, reason]);
    expect((await ask(ledger.url, { path: "/readyz" })).status).toBe(200);
  });
});

describe.each(["SIGTERM", "SIGKILL"] as const)("after a %s and a restart", (signal) => {
  test("the list and the audit are the same", async () => {
    const ledger = await startedLedger();
    const sessions: SessionNames[] = [];
    for (let count = 0; count < 5; count += 1) sessions.push(await openSession(ledger.url));
    const [deleted, paused] = sessions as [SessionNames, SessionNames];
    for (const path of [PAUSE, RESUME]) await post(ledger.url, path, endInput(paused));
    await endSession(ledger.url, deleted);
    await post(ledger.url, DELETE, endInput(deleted));
    const seen = async () => {
      const list = await ask(ledger.url, { path: "/session_manager/sessions?include_deleted=true" });
      const audits = sessions.map(({ session_id }) =>
        ask(ledger.url, { path: `/session_manager/sessions/${session_id}/audit` }),
      );
      return [list.body, ...(await Promise.all(audits)).map(({ body }) => body)];
    };
    const before = await seen();
    expect(before[0]!["sessions"]).toHaveLength(5);
    expect(before.slice(1).map(({ audit }) => (audit as object[]).length)).toEqual([3, 3, 1, 1, 1]);
    await ledger.stop(signal);
    await ledger.start();
    expect(await seen()).toEqual(before);
  });
});
