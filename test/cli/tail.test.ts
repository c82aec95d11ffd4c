import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type LogName, openRecorder } from "@session-ledger/schema_recorder";
import { expect, onTestFinished, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { ended, runCli, startCli, stdoutLines, UPSTREAM_LOGS } from "./session_ledger.ts";
import { freshLog, upstreamFile } from "./upstream_root.ts";

/** Starts `tail -f`, to be killed if the test fails before it ends it. */
function follow(root: string, ...args: readonly string[]) {
  const child = startCli(root, ["tail", "-f", ...args]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines = stdoutLines(child);
  const over = ended(child);
  return {
    over,
    next: async () => {
      const { value } = await lines.next();
      const { seq, type, event } = JSON.parse(value);
      return `${seq} ${type} ${event.session_id}`;
    },
    stop: (signal: NodeJS.Signals) => child.kill(signal),
  };
}

async function openTestRecorder(root: string) {
  const recorder = await openRecorder({ root });
  onTestFinished(() => recorder.close());
  return recorder;
}

test("tail prints the lines of a log byte for byte", async () => {
  const root = await tempRoot();
  await runCli(root, "import", UPSTREAM_LOGS);
  const log = { user_id: "Jonas-B", session_id: "sess_03d52849df5148d1" };
  const run = await runCli(root, "tail", "--session", log.session_id);
  expect(run).toMatchObject({
    code: 0,
    stderr: "",
    stdout: await readFile(join(root, upstreamFile(log)), "utf8"),
  });
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "tail -f goes on with new lines and ends well on %s",
  async (signal) => {
    const root = await tempRoot();
    const recorder = await openTestRecorder(root);
    const log = freshLog();
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0 });
    const tail = follow(root, "--user", log.user_id);
    expect(await tail.next()).toBe(`1 session.started ${log.session_id}`);
    await recorder.append(log, [messageEvent(log)], { expected_seq: 1 });
    expect(await tail.next()).toBe(`2 message.appended ${log.session_id}`);
    await recorder.append(log, [endedEvent(log), { ...messageEvent(log), type: "message.appended_late" }], {
      expected_seq: 2,
    });
    expect(await tail.next()).toBe(`3 session.ended ${log.session_id}`);
    expect(await tail.next()).toBe(`4 message.appended_late ${log.session_id}`);
    tail.stop(signal);
    expect(await tail.over).toEqual({ code: 0, signal: null });
  },
);

test("tail -f finds users and sessions that come later, and lines added to ended sessions", async () => {
  const root = await tempRoot();
  const recorder = await openTestRecorder(root);
  const [first, other_user, second]: [LogName, LogName, LogName] = [
    freshLog("u1"),
    freshLog("u2"),
    freshLog("u1"),
  ];
  const tail = follow(root);
  await recorder.append(first, [startedEvent(first), endedEvent(first)], { expected_seq: 0 });
  expect(await tail.next()).toBe(`1 session.started ${first.session_id}`);
  expect(await tail.next()).toBe(`2 session.ended ${first.session_id}`);
  await recorder.append(other_user, [startedEvent(other_user)], { expected_seq: 0 });
  expect(await tail.next()).toBe(`1 session.started ${other_user.session_id}`);
  await recorder.append(second, [startedEvent(second)], { expected_seq: 0 });
  expect(await tail.next()).toBe(`1 session.started ${second.session_id}`);
  await recorder.append(first, [{ ...messageEvent(first), type: "message.appended_late" }], {
    expected_seq: 2,
  });
  expect(await tail.next()).toBe(`3 message.appended_late ${first.session_id}`);
  tail.stop("SIGTERM");
  expect(await tail.over).toEqual({ code: 0, signal: null });
});

test("tail -f leaves out other sessions", async () => {
  const root = await tempRoot();
  const recorder = await openTestRecorder(root);
  const [wanted, other] = [freshLog(), freshLog()];
  const tail = follow(root, "--session", wanted.session_id);
  await recorder.append(other, [startedEvent(other)], { expected_seq: 0 });
  await recorder.append(wanted, [startedEvent(wanted)], { expected_seq: 0 });
  expect(await tail.next()).toBe(`1 session.started ${wanted.session_id}`);
  tail.stop("SIGTERM");
  expect(await tail.over).toEqual({ code: 0, signal: null });
});

test("tail -f refuses a log root that is not there", async () => {
  const root = await tempRoot();
  await rm(root, { recursive: true });
  expect((await runCli(root, "tail", "-f")).code).toBe(2);
});
