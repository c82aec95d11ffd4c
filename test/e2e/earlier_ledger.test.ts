// Logs that were recorded before there were states and look-ups, and a catalog of that time.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { runCli, UPSTREAM_LOGS } from "../cli/session_ledger.ts";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs } from "./log_root_files.ts";
import { DELETE, endedSession, endInput, lookUp, openSession } from "./operations.ts";

const EARLIER = join(import.meta.dirname, "../fixtures/earlier_ledger");
const ADAS = { user_id: "ada", session_id: "sess_a3dd0b29e9d6bbfa" };

let ledger: LedgerUnderTest;
beforeEach(async () => {
  ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
});

test("a session that was recorded earlier is looked up, at each of its lines, and deleted", async () => {
  await cp(EARLIER, ledger.log_root, { recursive: true });
  await ledger.start();
  const found = await lookUp(ledger.url, ADAS.session_id);
  expect([found.status, found.headers.etag]).toEqual([200, '"3"']);
  expect(found.body["session"]).toMatchObject({
    ...ADAS,
    kind: "interaction",
    state: "stopped",
    seq: 3,
    started_at: "2026-11-21T10:40:41.494Z",
    ended_at: "2026-11-21T10:40:41.531Z",
    ended_through: "user_action",
    updated_at: "2026-11-21T10:40:41.531Z",
  });
  const listed = await ask(ledger.url, { path: "/session_manager/sessions?user_id=ada" });
  expect(listed.body["sessions"]).toEqual([found.body["session"]]);
  const audit = await ask(ledger.url, { path: `/session_manager/sessions/${ADAS.session_id}/audit` });
  expect(audit.body["audit"]).toMatchObject([
    { old_state: null, new_state: "active", trigger: "user_action" },
    { old_state: "active", new_state: "stopped", trigger: "user_action" },
  ]);
  const before_end = await lookUp(ledger.url, ADAS.session_id, "?at_seq=2");
  expect(before_end.body["session"]).toMatchObject({ state: "active", seq: 2, ended_at: null });
  expect((await post(ledger.url, DELETE, endInput(ADAS))).status).toBe(200);
  expect((await lookUp(ledger.url, ADAS.session_id)).body["reason"]).toBe("not_found_deleted");
});

test("every session of an upstream service is looked up after its import", async () => {
  expect(await runCli(ledger.log_root, "import", UPSTREAM_LOGS)).toMatchObject({ code: 0 });
  await ledger.start();
  const logs = await allLogs(ledger.log_root);
  expect(logs.size).toBeGreaterThan(0);
  const listed = (await ask(ledger.url, { path: "/session_manager/sessions?state=stopped&limit=200" })).body;
  const sessions = listed["sessions"] as { started_at: string }[];
  expect(sessions).toHaveLength(logs.size);
  const starts_ms = sessions.map(({ started_at }) => Date.parse(started_at));
  expect(starts_ms).toEqual(starts_ms.toSorted((a, b) => b - a));
  for (const [path, lines] of logs) {
    const [, user_id, , file] = path.split("/");
    const { status, body } = await lookUp(ledger.url, file!.replace(".jsonl", ""));
    expect([status, body["reason"]]).toEqual([200, "ok"]);
    expect(sessions).toContainEqual(body["session"]);
    const audit = await ask(ledger.url, {
      path: `/session_manager/sessions/${file!.replace(".jsonl", "")}/audit`,
    });
    expect(audit.body["audit"]).toMatchObject([
      { old_state: null, new_state: "active", trigger: "import" },
      { old_state: "active", new_state: "stopped", trigger: "import" },
    ]);
    expect(body["session"]).toMatchObject({
      user_id,
      state: "stopped",
      imported: true,
      seq: lines.length,
      started_at: lines[0]!.event["start_time"],
    });
  }
});

test("a catalog of an earlier format is rebuilt from the logs", async () => {
  await ledger.start();
  const [open, ended] = [await openSession(ledger.url), await endedSession(ledger.url)];
  await ledger.stop("SIGKILL");
  const catalog = new DatabaseSync(join(ledger.log_root, ".ledger/catalog.db"));
  catalog.exec(`
    DROP TABLE sessions;
    CREATE TABLE sessions (user_id TEXT, session_id TEXT, crc INTEGER, PRIMARY KEY (user_id, session_id)) STRICT;
    UPDATE position SET format = 1;
  `);
  catalog.close();
  await ledger.start();
  for (const [session, state] of [
    [open, "active"],
    [ended, "stopped"],
  ] as const) {
    expect((await lookUp(ledger.url, session.session_id)).body["session"]).toMatchObject({ state });
  }
  const { body } = await ask(ledger.url, { path: "/session_manager/sessions" });
  expect((body["sessions"] as object[]).length).toBe(2);
});
