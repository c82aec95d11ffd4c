// Anonymous sessions from outside: what is left of one that was deleted, and what the other face sees of them.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { tracesOf } from "../recorder/traces.ts";
import type { ServerEnvironment } from "../server/server_process.ts";
import { ANONYMOUS, createAnonymous, deleteAnonymous, getAnonymous } from "./anonymous_operations.ts";
import { expectProblem } from "./expected_problem.ts";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { endInput, lookUp, openSession, START, startInput, validityOf } from "./operations.ts";

/** No checkpoint but those that deletions ask for, so that files change only when the test makes them. */
const NO_CHECKPOINTS = { CHECKPOINT_SECONDS: "86400" };

/** More free space than any disk has. */
const FULL = { DISK_FREE_BYTES_MIN: String(Number.MAX_SAFE_INTEGER) };

async function startedLedger(environment: ServerEnvironment = NO_CHECKPOINTS): Promise<LedgerUnderTest> {
  const ledger = await LedgerUnderTest.started(environment);
  onTestFinished(() => ledger.remove());
  return ledger;
}

test("when a deletion is answered, no file below the log root holds the id, whatever is created beside it", async () => {
  const ledger = await startedLedger();
  for (let left = 8; left > 0; left -= 1) {
    const session_id = await createAnonymous(ledger.url, { "Idempotency-Key": `key-${left}-` });
    expect(await tracesOf(ledger.log_root, [session_id])).not.toEqual([]);
    const beside = Array.from({ length: 8 }, () => createAnonymous(ledger.url));
    expect((await deleteAnonymous(ledger.url, session_id)).status).toBe(204);
    expect(await tracesOf(ledger.log_root, [session_id, `key-${left}-`])).toEqual([]);
    for (const kept of await Promise.all(beside)) {
      expect((await getAnonymous(ledger.url, kept)).status).toBe(200);
    }
  }
});

test("a deletion that was answered is never undone: not by SIGKILL, nor by a catalog made anew", async () => {
  const ledger = await startedLedger();
  const kept = await createAnonymous(ledger.url);
  const deleted = await Promise.all(Array.from({ length: 20 }, () => createAnonymous(ledger.url)));
  const answers = await Promise.all(deleted.map((session_id) => deleteAnonymous(ledger.url, session_id)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
  await ledger.stop("SIGKILL");
  expect(await tracesOf(ledger.log_root, deleted)).toEqual([]);
  for (const rebuilt of [false, true]) {
    if (rebuilt) await rm(join(ledger.log_root, ".ledger", "catalog.db"));
    await ledger.start(NO_CHECKPOINTS);
    for (const session_id of deleted) {
      expectProblem(await getAnonymous(ledger.url, session_id), 404, "SESSION_NOT_FOUND");
    }
    expect((await getAnonymous(ledger.url, kept)).status).toBe(200);
    await ledger.stop("SIGKILL");
    expect(await tracesOf(ledger.log_root, deleted)).toEqual([]);
  }
  expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0 });
});

test("of fifty deletions at once exactly one is 204", async () => {
  const ledger = await startedLedger();
  const session_id = await createAnonymous(ledger.url);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => deleteAnonymous(ledger.url, session_id)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([204, ...Array.from({ length: 49 }, () => 404)]);
});

test("on a full disk creations and deletions are 503, and every session is intact", async () => {
  const ledger = await startedLedger();
  const session_id = await createAnonymous(ledger.url);
  await ledger.stop("SIGTERM");
  await ledger.start(FULL);
  expectProblem(await ask(ledger.url, { method: "POST", path: ANONYMOUS }), 503, "STORE_FULL");
  expectProblem(await deleteAnonymous(ledger.url, session_id), 503, "STORE_FULL");
  expect((await getAnonymous(ledger.url, session_id)).status).toBe(200);
  await ledger.stop("SIGKILL");
  await ledger.start();
  expect((await getAnonymous(ledger.url, session_id)).status).toBe(200);
  expect((await deleteAnonymous(ledger.url, session_id)).status).toBe(204);
});

test("a log that cannot be made is 503, and leaves nothing of its session", async () => {
  const ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  await mkdir(join(ledger.log_root, "users"), { recursive: true });
  await writeFile(join(ledger.log_root, "users", "_anonymous"), "in the way");
  await ledger.start();
  expectProblem(await ask(ledger.url, { method: "POST", path: ANONYMOUS }), 503, "STORE_UNAVAILABLE");
  await openSession(ledger.url);
  await ledger.stop("SIGKILL");
  await rm(join(ledger.log_root, "users", "_anonymous"));
  await ledger.start();
  expect((await getAnonymous(ledger.url, await createAnonymous(ledger.url))).status).toBe(200);
  expect(await readdir(join(ledger.log_root, "users", "_anonymous", "sessions"))).toHaveLength(1);
});

test("under /session_manager an anonymous session is neither found nor listed, and blocks no one", async () => {
  const ledger = await startedLedger();
  const { url } = ledger;
  const session_id = await createAnonymous(url);
  for (const query of ["", "?include_deleted=true"]) {
    expectProblem(await lookUp(url, session_id, query), 404, "SESSION_NOT_FOUND");
  }
  for (const path of ["/events", "/audit"]) {
    expectProblem(await lookUp(url, session_id, path), 404, "SESSION_NOT_FOUND");
  }
  const names = { user_id: "ada", session_id };
  expect(await validityOf(url, names)).toBe("invalid");
  expectProblem(await post(url, "/session_manager/sessions.end", endInput(names)), 404, "SESSION_NOT_FOUND");
  const own = await openSession(url);
  const { body } = await ask(url, { path: "/session_manager/sessions?include_deleted=true" });
  expect((body["sessions"] as { session_id: string }[]).map((each) => each.session_id)).toEqual([
    own.session_id,
  ]);
  await ledger.stop("SIGKILL");
  await ledger.start();
  expect((await post(ledger.url, START, startInput())).status).toBe(200);
  const { text } = await ask(ledger.url, { path: "/metrics" });
  expect(text).toContain("session_ledger_active_sessions 2\n");
  expectProblem(await getAnonymous(ledger.url, own.session_id), 422, "CONTENT_INVALID");
});
