// Rows of section 7 on logs that are written beforehand, through the recorder: those of other faces, and those whose
// events have less than ours.
import { openRecorder } from "@session-ledger/schema_recorder";
import type { EventToAppend, SessionKind } from "@session-ledger/session_contract";
import { activeClaim } from "@session-ledger/session_domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endedEvent, startedEvent } from "../support/session_events.ts";
import { expectProblem } from "./expected_problem.ts";
import { post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import {
  APPEND,
  END,
  endInput,
  lookUp,
  messageInput,
  openSession,
  type SessionNames,
  START,
  validityOf,
} from "./operations.ts";

const PAUSED = { user_id: "user-paused", session_id: "sess_0000000000000001" };
const DELETED = { user_id: "user-deleted", session_id: "sess_0000000000000002" };
const EXECUTION = { user_id: "user-execution", session_id: "sess_0000000000000003" };
const AGENT = { user_id: "user-agent", session_id: "sess_0000000000000004" };
const ANONYMOUS = { user_id: "_anonymous", session_id: "sess_0000000000000005" };

let ledger: LedgerUnderTest;
beforeAll(async () => {
  ledger = await LedgerUnderTest.create();
  const recorder = await openRecorder({ root: ledger.log_root });
  const seed = (log: SessionNames, events: readonly EventToAppend[], claim?: string) =>
    recorder.append(log, events, { expected_seq: 0, ...(claim !== undefined && { claim }) });
  await seed(PAUSED, [startedEvent(PAUSED), bare(PAUSED, "session.paused")], activeClaim(PAUSED.user_id));
  await seed(DELETED, [startedEvent(DELETED), endedEvent(DELETED), bare(DELETED, "session.deleted")]);
  await seed(EXECUTION, [ofKind("execution", EXECUTION)], activeClaim(EXECUTION.user_id));
  await seed(AGENT, [ofKind("agent", AGENT)]);
  await seed(ANONYMOUS, [ofKind("anonymous", ANONYMOUS)]);
  await recorder.close();
  await ledger.start();
});
afterAll(() => ledger.remove());

function bare(log: SessionNames, type: string): EventToAppend {
  return { ...endedEvent(log), type };
}

function ofKind(kind: SessionKind, log: SessionNames): EventToAppend {
  return { ...startedEvent(log), kind };
}

function start(user_id: string) {
  return post(ledger.url, START, { user_id, performer_id: "carer01" });
}

test("a paused session counts as active, takes no message, and may be ended", async () => {
  expect(await validityOf(ledger.url, PAUSED)).toBe("active");
  expectProblem(await start(PAUSED.user_id), 409, "SESSION_ALREADY_ACTIVE");
  expectProblem(await post(ledger.url, APPEND, messageInput(PAUSED)), 409, "SESSION_PAUSED");
  const end = await post(ledger.url, END, endInput(PAUSED));
  expect([end.status, end.headers.etag]).toEqual([200, '"3"']);
  expect(await validityOf(ledger.url, PAUSED)).toBe("closed");
  expect((await start(PAUSED.user_id)).status).toBe(200);
});

test("a deleted session is 404 with the reason, invalid, and in no one's way", async () => {
  expect(await validityOf(ledger.url, DELETED)).toBe("invalid");
  const end = await post(ledger.url, END, endInput(DELETED));
  expectProblem(end, 404, "SESSION_NOT_FOUND");
  expect(end.body["detail"]).toMatch(/deleted/);
  expect(end.body).toMatchObject({ found: false, reason: "not_found_deleted" });
  expectProblem(await post(ledger.url, APPEND, messageInput(DELETED)), 404, "SESSION_NOT_FOUND");
  const lookup = await lookUp(ledger.url, DELETED.session_id, "?include_deleted=true");
  expect(lookup.body).toMatchObject({ found: true, reason: "deleted", deleted_at: end.body["deleted_at"] });
  expect((await start(DELETED.user_id)).status).toBe(200);
});

test("an execution session counts together with an interaction session", async () => {
  expectProblem(await start(EXECUTION.user_id), 409, "SESSION_ALREADY_ACTIVE");
});

test("an agent's session never blocks a user's start, and is not found here", async () => {
  await openSession(ledger.url, AGENT.user_id);
  expectProblem(await post(ledger.url, END, endInput(AGENT)), 404, "SESSION_NOT_FOUND");
  expectProblem(await post(ledger.url, APPEND, messageInput(AGENT)), 404, "SESSION_NOT_FOUND");
  expect(await validityOf(ledger.url, AGENT)).toBe("invalid");
  const lookup = await lookUp(ledger.url, AGENT.session_id);
  expectProblem(lookup, 404, "SESSION_NOT_FOUND");
  expect(lookup.body["reason"]).toBe("not_found_never_existed");
});

test("an anonymous session is not found here, whoever asks", async () => {
  const guess = { user_id: "user-a", session_id: ANONYMOUS.session_id };
  expectProblem(await post(ledger.url, END, endInput(guess)), 404, "SESSION_NOT_FOUND");
  expectProblem(await post(ledger.url, APPEND, messageInput(guess)), 404, "SESSION_NOT_FOUND");
  expect(await validityOf(ledger.url, guess)).toBe("invalid");
  expectProblem(await lookUp(ledger.url, guess.session_id), 404, "SESSION_NOT_FOUND");
});
