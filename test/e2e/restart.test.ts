import { openRecorder } from "@session-ledger/schema_recorder";
import { activeClaim } from "@session-ledger/session_domain";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseLines, runCli } from "../cli/session_ledger.ts";
import { messageEvent, startedEvent } from "../support/session_events.ts";
import { expectProblem } from "./expected_problem.ts";
import { post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { filesBelow, linesOf } from "./log_root_files.ts";
import {
  APPEND,
  END,
  endedSession,
  endInput,
  messageInput,
  openSession,
  START,
  validityOf,
} from "./operations.ts";

const MINUTE_MS = 60_000;

async function newLedger(): Promise<LedgerUnderTest> {
  const ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  return ledger;
}

async function replayed(ledger: LedgerUnderTest): Promise<Record<string, unknown>[]> {
  const { code, stdout } = await runCli(ledger.log_root, "replay", "--json");
  expect(code).toBe(0);
  return parseLines(stdout);
}

describe.each(["SIGTERM", "SIGKILL"] as const)("after a %s and a restart", (signal) => {
  test("every session is as it was, and goes on from there", async () => {
    const ledger = await newLedger();
    await ledger.start();
    const open = await openSession(ledger.url);
    const ended = await endedSession(ledger.url);
    const message = messageInput(open);
    expect((await post(ledger.url, APPEND, message)).headers.etag).toBe('"2"');
    const files = await filesBelow(`${ledger.log_root}/users`);
    const rows = await replayed(ledger);
    expect(rows.map(({ session_id, state, events }) => [session_id, state, events])).toEqual(
      expect.arrayContaining([
        [open.session_id, "active", 2],
        [ended.session_id, "stopped", 2],
      ]),
    );

    expect(await ledger.stop(signal)).toBe(signal === "SIGTERM" ? 0 : null);
    await ledger.start();

    expect(await filesBelow(`${ledger.log_root}/users`)).toEqual(files);
    expect(await replayed(ledger)).toEqual(rows);
    expect(await validityOf(ledger.url, open)).toBe("active");
    expect(await validityOf(ledger.url, ended)).toBe("closed");
    const start = { user_id: open.user_id, performer_id: "carer01" };
    expectProblem(await post(ledger.url, START, start), 409, "SESSION_ALREADY_ACTIVE");
    expectProblem(await post(ledger.url, END, endInput(ended)), 409, "SESSION_ALREADY_ENDED");
    expectProblem(await post(ledger.url, APPEND, message), 409, "RECORD_ID_REUSED");
    expect((await post(ledger.url, APPEND, messageInput(open))).headers.etag).toBe('"3"');
    expect((await post(ledger.url, END, endInput(open))).headers.etag).toBe('"4"');
    expect((await post(ledger.url, START, start)).status).toBe(200);
    expect((await linesOf(ledger.log_root, open)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0 });
  });
});

test("idle time counts from the last event across a restart: who is over it is ended by the system", async () => {
  const ledger = await newLedger();
  const idle = { user_id: "user-idle", session_id: "sess_00000000000000a1" };
  const busy = { user_id: "user-busy", session_id: "sess_00000000000000a2" };
  let now = Date.now() - 60 * MINUTE_MS;
  const recorder = await openRecorder({ root: ledger.log_root, clock: () => now });
  for (const log of [idle, busy]) {
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim: activeClaim(log.user_id) });
  }
  now = Date.now();
  await recorder.append(busy, [messageEvent(busy)], { expected_seq: 1 });
  await recorder.close();

  await ledger.start({ SESSION_TIMEOUT_SECONDS: String((30 * MINUTE_MS) / 1000) });
  await vi.waitFor(async () => expect(await validityOf(ledger.url, idle)).toBe("closed"), {
    timeout: 30_000,
  });
  expect(await validityOf(ledger.url, busy)).toBe("active");
  const [start, end] = await linesOf(ledger.log_root, idle);
  expect(end).toMatchObject({
    type: "session.ended",
    cause: { trigger: "system_timeout" },
    event: { ...idle, performer_id: "system", source: "session_manager" },
  });
  expect(end!.event["record_id"]).not.toBe(start!.event["record_id"]);
});

test("a session whose server was killed is ended once it was idle for the timeout, and not before", async () => {
  const ledger = await newLedger();
  const timeout = { SESSION_TIMEOUT_SECONDS: "1" };
  await ledger.start(timeout);
  const session = await openSession(ledger.url);
  await ledger.stop("SIGKILL");
  await ledger.start(timeout);
  await vi.waitFor(async () => expect(await validityOf(ledger.url, session)).toBe("closed"), {
    timeout: 30_000,
  });
  const [start, end] = await linesOf(ledger.log_root, session);
  expect(Date.parse(end!.recorded_at) - Date.parse(start!.recorded_at)).toBeGreaterThanOrEqual(1000);
  expect(end!.cause).toEqual({ trigger: "system_timeout" });
});
