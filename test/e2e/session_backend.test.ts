// The session backend from outside: what a restart keeps, what a deletion leaves, and what the other faces see of it.
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { tracesOf } from "../recorder/traces.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";

const BASE = "/session_backend/api/v1/sessions";
const SESSION = `${BASE}/telling-name-of-a-session`;
const AGENT = `${SESSION}/agents/planner`;
const MESSAGES = `${AGENT}/messages`;

async function startedLedger(): Promise<LedgerUnderTest> {
  const ledger = await LedgerUnderTest.started();
  onTestFinished(() => ledger.remove());
  return ledger;
}

async function call(ledger: LedgerUnderTest, method: string, path: string, body?: unknown) {
  const response = await fetch(ledger.url + path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    }),
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    body: text === "" ? undefined : JSON.parse(text),
  };
}

async function createAll(ledger: LedgerUnderTest, messages: number): Promise<void> {
  await call(ledger, "POST", BASE, {
    session_id: "telling-name-of-a-session",
    multi_agent_state: { turn: 1 },
  });
  await call(ledger, "POST", `${SESSION}/agents`, { agent_id: "planner", state: { mood: "calm" } });
  const created = await Promise.all(
    Array.from({ length: messages }, (_, message_id) =>
      call(ledger, "POST", MESSAGES, {
        message_id,
        message: { role: "user", content: `said-${message_id}` },
      }),
    ),
  );
  expect(new Set(created.map(({ status }) => status))).toEqual(new Set([201]));
}

/** Every answer there is about the session. */
async function everything(ledger: LedgerUnderTest): Promise<unknown> {
  const paths = [BASE, SESSION, `${SESSION}/agents`, AGENT, `${MESSAGES}?page_size=1000`, `${MESSAGES}/7`];
  return Promise.all(paths.map((path) => call(ledger, "GET", path)));
}

test("after a SIGKILL everything is as it was answered, and goes on from there", async () => {
  const ledger = await startedLedger();
  await createAll(ledger, 100);
  await call(ledger, "PUT", `${MESSAGES}/7`, { redact_message: { role: "user", content: "[hidden]" } });
  await call(ledger, "DELETE", `${MESSAGES}/8`);
  const before = await everything(ledger);
  await ledger.stop("SIGKILL");
  await ledger.start();
  expect(await everything(ledger)).toEqual(before);
  const next = { message_id: 8, message: { role: "user", content: "again" } };
  expect(await call(ledger, "POST", MESSAGES, next)).toMatchObject({ status: 201, etag: '"105"' });
  await ledger.stop("SIGTERM");
  expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0 });
});

test("of a deleted session nothing is left below the log root, and nothing comes back", async () => {
  const ledger = await startedLedger();
  await createAll(ledger, 10);
  expect(await tracesOf(ledger.log_root, ["telling-name", "said-3"])).not.toEqual([]);
  expect(await call(ledger, "DELETE", SESSION)).toMatchObject({ status: 204, body: undefined });
  expect(await tracesOf(ledger.log_root, ["telling-name", "said-3"])).toEqual([]);
  await ledger.stop("SIGKILL");
  await ledger.start();
  expect(await call(ledger, "GET", SESSION)).toMatchObject({ status: 404 });
  expect(await call(ledger, "GET", BASE)).toMatchObject({ body: { sessions: [], total: 0 } });
});

test("the other faces neither find a session of agents nor list it, nor the other way round", async () => {
  const ledger = await startedLedger();
  await createAll(ledger, 1);
  const started = await call(ledger, "POST", "/session_manager/sessions.start", {
    user_id: "ada",
    performer_id: "carer-1",
  });
  expect(started.status).toBe(200);
  const found = await call(ledger, "GET", "/session_manager/sessions");
  expect(found.body.sessions.map((each: { user_id: string }) => each.user_id)).toEqual(["ada"]);
  const { session_id } = started.body;
  for (const user_id of ["", "?user_id=ada"]) {
    expect((await call(ledger, "GET", `${BASE}/${session_id}${user_id}`)).status).toBe(404);
  }
  // The id is free for the owner here, whoever else has it.
  expect((await call(ledger, "POST", `${BASE}?user_id=ada`, { session_id })).status).toBe(201);
  expect((await call(ledger, "GET", `/session_manager/sessions/${session_id}`)).body.session.user_id).toBe(
    "ada",
  );
});

test("health tells of each check, also while nothing can be recorded", async () => {
  const ledger = await startedLedger();
  const shape = { status: "ok", timestamp: expect.any(String), version: expect.any(String) };
  for (const path of ["", "/live", "/ready", "/db", "/metrics"]) {
    const { status, body } = await call(ledger, "GET", `/session_backend/health${path}`);
    expect([path, status]).toEqual([path, 200]);
    expect(body).toMatchObject({ ...shape, checks: expect.any(Object) });
  }
  const { body } = await call(ledger, "GET", "/session_backend/health/metrics");
  expect(body.metrics).toMatchObject({ errors: 0, store: { appends: 0 } });
  expect(body.metrics.requests).toBeGreaterThan(4);
  await ledger.stop("SIGTERM");
  await ledger.start({ DISK_FREE_BYTES_MIN: String(Number.MAX_SAFE_INTEGER) });
  for (const [path, status] of [
    ["/live", 200],
    ["/ready", 503],
    ["/db", 503],
    ["", 503],
  ]) {
    const answer = await call(ledger, "GET", `/session_backend/health${path}`);
    expect([path, answer.status]).toEqual([path, status]);
    if (status === 503) {
      expect(answer.body).toMatchObject({ status: "unavailable", checks: { store: { status: "failed" } } });
    }
  }
});
