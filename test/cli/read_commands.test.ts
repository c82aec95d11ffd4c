import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { ended, parseLines, runCli, startCli, stdoutLines, UPSTREAM_LOGS } from "./session_ledger.ts";
import { freshLog, upstreamFile } from "./upstream_root.ts";

async function importedRoot(): Promise<string> {
  const root = await tempRoot();
  expect((await runCli(root, "import", UPSTREAM_LOGS)).code).toBe(0);
  return root;
}

test("replay shows every session of the upstream logs in a table", async () => {
  const run = await runCli(await importedRoot(), "replay");
  const lines = run.stdout.split("\n");
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(lines[0]).toMatch(/^USER +SESSION +STATE +STARTED +ENDED +BY +EVENTS +FAULT$/);
  expect(lines.filter((line) => / stopped /.test(line))).toHaveLength(12);
  expect(lines.at(-2)).toBe("12 sessions, 62 events, 0 faults");
});

test("replay gives a session as one JSON object, narrowed by user, session and seq", async () => {
  const root = await importedRoot();
  const args = ["--json", "--user", "elias01", "--session", "sess_ed3c30c94c2347a4"];
  const [row, ...others] = parseLines((await runCli(root, "replay", ...args)).stdout);
  expect(others).toEqual([]);
  expect(row).toEqual({
    user_id: "elias01",
    session_id: "sess_ed3c30c94c2347a4",
    kind: "interaction",
    state: "stopped",
    started_at: "2026-11-21T08:36:09.094000Z",
    started_by: "carer01",
    ended_at: "2026-03-15T09:30:00Z",
    ended_by: "carer01",
    ended_through: "import",
    events: 6,
    imported: true,
  });
  const [earlier] = parseLines((await runCli(root, "replay", ...args, "--until", "2")).stdout);
  expect(earlier).toMatchObject({ state: "active", events: 2, ended_at: null });
});

test("replay, verify and stats read beside a living writer", async () => {
  const root = await tempRoot();
  const log = freshLog();
  const recorder = await openRecorder({ root });
  await recorder.append(log, [startedEvent(log), messageEvent(log)], { expected_seq: 0 });
  const [row] = parseLines((await runCli(root, "replay", "--json")).stdout);
  expect(row).toMatchObject({ ...log, state: "active", events: 2 });
  expect(await runCli(root, "verify")).toMatchObject({ code: 0 });
  expect(parseLines((await runCli(root, "stats", "--json")).stdout)).toMatchObject([
    { sessions: 1, events: 2 },
  ]);
  await recorder.append(log, [endedEvent(log)], { expected_seq: 2 });
  await recorder.close();
});

test("a flipped byte is found by verify with its place, and marked by replay", async () => {
  const root = await importedRoot();
  const log = freshLog();
  const file = upstreamFile(log);
  const recorder = await openRecorder({ root });
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0 });
  await recorder.append(log, [messageEvent(log)], { expected_seq: 1 });
  await recorder.close();
  const bytes = await readFile(join(root, file));
  const byte_offset = bytes.indexOf(0x0a) + 1;
  const at = bytes.indexOf("carer01", byte_offset);
  bytes[at] = bytes[at]! ^ 0x01;
  await writeFile(join(root, file), bytes);

  const verified = await runCli(root, "verify", "--json");
  expect(verified.code).toBe(1);
  const [fault, ...rest] = parseLines(verified.stdout);
  expect(fault).toMatchObject({
    file,
    line: 2,
    byte_offset,
    code: "LOG_CORRUPT",
    reason: expect.any(String),
  });
  expect(rest.at(-1)).toMatchObject({ summary: { logs: 13, faults: 1 } });
  const human = await runCli(root, "verify");
  expect(human.stdout).toMatch(new RegExp(`^${file}:2: byte ${byte_offset}: LOG_CORRUPT: .+`, "m"));

  const replayed = await runCli(root, "replay", "--json");
  expect(replayed.code).toBe(1);
  const row = parseLines(replayed.stdout).find(({ session_id }) => session_id === log.session_id);
  expect(row).toMatchObject({
    state: "active",
    events: 1,
    fault: { line: 2, byte_offset, code: "LOG_CORRUPT" },
  });
  expect((await runCli(root, "replay")).stdout).toMatch(/^fault: users\/u1\/sessions\/.*:2: byte/m);
});

test("verify finds an event that does not match the schema of its type, and takes an unknown type", async () => {
  const root = await tempRoot();
  const log = freshLog();
  const recorder = await openRecorder({ root });
  const odd = { type: "message.appended", event: { text: "no other field" } };
  await recorder.append(log, [startedEvent(log), { type: "robot.waved", event: {} }, odd], {
    expected_seq: 0,
  });
  await recorder.close();
  const run = await runCli(root, "verify", "--json");
  expect(run.code).toBe(1);
  expect(parseLines(run.stdout)).toMatchObject([
    { line: 3, code: "LOG_CORRUPT", reason: expect.stringContaining("message.appended") },
    { summary: { faults: 1 } },
  ]);
});

test("stats counts what the upstream logs hold", async () => {
  const [stats] = parseLines((await runCli(await importedRoot(), "stats", "--json")).stdout);
  expect(stats).toMatchObject({
    sessions: 12,
    users: 4,
    sessions_by_state: { stopped: 12 },
    sessions_by_kind: { interaction: 12 },
    events: 62,
    events_by_type: {
      "session.started": 12,
      "session.start_repeated": 3,
      "message.appended": 35,
      "session.ended": 12,
    },
    durations: { sessions: 12 },
    faults: 0,
  });
});

test("what a log says never drives the terminal", async () => {
  const root = await tempRoot();
  const log = freshLog();
  const recorder = await openRecorder({ root });
  const start = startedEvent(log);
  await recorder.append(
    log,
    [{ ...start, event: { ...start.event, performer_id: "\u001b[2J\u009b\u202e" } }],
    {
      expected_seq: 0,
    },
  );
  await recorder.close();
  expect((await runCli(root, "replay")).stdout).toContain("\\u001b[2J\\u009b\\u202e");
  expect((await runCli(root, "replay", "--json")).stdout).toContain("\\u001b[2J\\u009b\\u202e");
});

test("a log root that does not exist is an empty ledger to a reader, and is not made", async () => {
  const root = join(await tempRoot(), "missing");
  expect(await runCli(root, "replay")).toMatchObject({ code: 0, stdout: "0 sessions, 0 events, 0 faults\n" });
  expect(await runCli(root, "verify")).toMatchObject({ code: 0 });
});

test("a mistake on the command line is told on stderr, with exit code 2", async () => {
  const root = await tempRoot();
  for (const args of [
    ["dance"],
    ["replay", "--until", "0"],
    ["replay", "--user", "../x"],
    ["import"],
    ["verify", "--log-root", ""],
  ]) {
    const run = await runCli(root, ...args);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).not.toBe("");
  }
  expect((await runCli("", "verify")).code).toBe(2);
});

test("help names the exit codes", async () => {
  const run = await runCli(await tempRoot(), "verify", "--help");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("3  another process writes to the log root");
});

test("a reader that goes away ends a command without a complaint", async () => {
  const root = await tempRoot();
  const log = freshLog();
  const recorder = await openRecorder({ root });
  for (let seq = 0; seq < 20; seq += 1) {
    await recorder.append(log, [messageEvent(log, { text: "x".repeat(100_000) })], { expected_seq: seq });
  }
  await recorder.close();
  const child = startCli(root, ["tail"]);
  let stderr = "";
  child.stderr!.on("data", (chunk) => {
    stderr += chunk;
  });
  await stdoutLines(child).next();
  child.stdout!.destroy();
  expect(await ended(child)).toEqual({ code: 0, signal: null });
  expect(stderr).toBe("");
});
