import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { EACH_STATE, writeTable } from "../cli/session_table.ts";
import { expectProblem } from "./expected_problem.ts";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs, filesBelow } from "./log_root_files.ts";
import { APPEND, END, endInput, messageInput, openSession, START, validityOf } from "./operations.ts";

const ACTIVE = { user_id: "ada", session_id: "sess_00000000000000a1" };
const PAUSED = { user_id: "bob", session_id: "sess_00000000000000b1" };
const STOPPED = { user_id: "cyd", session_id: "sess_00000000000000c1" };
const DELETED = { user_id: "dee", session_id: "sess_00000000000000d1" };

let ledger: LedgerUnderTest;
let table: string;
beforeEach(async () => {
  ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  table = await writeTable("table.csv", EACH_STATE);
  expect(await runCli(ledger.log_root, "import", table)).toMatchObject({ code: 0, stderr: "" });
});

test("a server knows the imported sessions by their states", async () => {
  await ledger.start();
  expect(await validityOf(ledger.url, ACTIVE)).toBe("active");
  expect(await validityOf(ledger.url, PAUSED)).toBe("active");
  expect(await validityOf(ledger.url, STOPPED)).toBe("closed");
  expect(await validityOf(ledger.url, DELETED)).toBe("invalid");
  expectProblem(await post(ledger.url, APPEND, messageInput(PAUSED)), 409, "SESSION_PAUSED");
  expectProblem(await post(ledger.url, END, endInput(STOPPED)), 409, "SESSION_ALREADY_ENDED");
  expect(await post(ledger.url, END, endInput(DELETED))).toMatchObject({
    status: 404,
    body: { code: "SESSION_NOT_FOUND", reason: "not_found_deleted", deleted_at: "2026-03-16T00:00:00.000Z" },
  });
});

test("an imported open session is its user's one session: it goes on, and a second start is refused", async () => {
  await ledger.start();
  for (const session of [ACTIVE, PAUSED]) {
    const start = { user_id: session.user_id, performer_id: "carer01" };
    expectProblem(await post(ledger.url, START, start), 409, "SESSION_ALREADY_ACTIVE");
  }
  expect((await post(ledger.url, APPEND, messageInput(ACTIVE))).status).toBeLessThan(300);
  for (const session of [ACTIVE, PAUSED]) {
    expect((await post(ledger.url, END, endInput(session))).status).toBe(200);
    await openSession(ledger.url, session.user_id);
  }
  await openSession(ledger.url, STOPPED.user_id);
  await openSession(ledger.url, DELETED.user_id);
});

test("every line says that it was imported, and when it happened", async () => {
  const logs = await allLogs(ledger.log_root);
  for (const { cause, event, imported } of [...logs.values()].flat()) {
    expect({ cause, imported }).toEqual({ cause: { trigger: "import" }, imported: undefined });
    expect(event).toMatchObject({ performer_id: "system", source: "session_manager" });
  }
  const deleted = logs.get(`users/dee/sessions/${DELETED.session_id}.jsonl`)!;
  expect(deleted.map(({ type, event }) => [type, event["timestamp"]])).toEqual([
    ["session.started", "2026-03-15T09:30:00.000Z"],
    ["session.ended", "2026-03-15T10:00:00.000Z"],
    ["session.deleted", "2026-03-16T00:00:00.000Z"],
  ]);
});

test("a second run changes no byte, also after a server went on with the sessions", async () => {
  const folder = join(ledger.log_root, "users");
  const imported = await filesBelow(folder);
  expect(imported.size).toBe(5);
  expect(await runCli(ledger.log_root, "import", table)).toMatchObject({
    code: 0,
    stdout: "5 rows: 5 unchanged, 0 lines recorded\n",
  });
  expect(await filesBelow(folder)).toEqual(imported);

  await ledger.start();
  expect((await post(ledger.url, END, endInput(ACTIVE))).status).toBe(200);
  expect(await ledger.stop("SIGTERM")).toBe(0);
  const before = await filesBelow(folder);
  expect(before).not.toEqual(imported);
  expect(await runCli(ledger.log_root, "import", table)).toMatchObject({
    code: 0,
    stdout: "5 rows: 5 unchanged, 0 lines recorded\n",
  });
  expect(await filesBelow(folder)).toEqual(before);
});

test("an imported session's audit tells each transition, through an import and by the system", async () => {
  await ledger.start();
  const { body } = await ask(ledger.url, { path: `/session_manager/sessions/${DELETED.session_id}/audit` });
  const audit = body["audit"] as Record<string, unknown>[];
  expect(audit.map(({ old_state, new_state }) => [old_state, new_state])).toEqual([
    [null, "active"],
    ["active", "stopped"],
    ["stopped", "deleted"],
  ]);
  for (const entry of audit) {
    expect(entry).toMatchObject({
      session_id: DELETED.session_id,
      trigger: "import",
      actor: "system",
      reason: null,
    });
  }
});
