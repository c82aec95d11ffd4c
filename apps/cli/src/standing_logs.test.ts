import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogName, openReader, openRecorder, type Recorder } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";
import { v4 } from "uuid";
import { expect, onTestFinished, test } from "vitest";
import type { CommandContext } from "./command_context.ts";
import { verifyCommand } from "./commands/verify.ts";
import { verifyEitherForm } from "./standing_logs.ts";

const TIME = "2026-11-21T09:30:00.123Z";

/** In the order in which they are listed. */
const [DAMAGED_ARCHIVE, DAMAGED, ARCHIVED, ERASED, RESTORED] = ["a", "b", "c", "d", "e"].map((name) => ({
  user_id: "u1",
  session_id: `sess_${name.repeat(16)}`,
})) as [LogName, LogName, LogName, LogName, LogName];

/** A session that started and ended. */
function pastOf(log: LogName): EventToAppend[] {
  const fields = { ...log, timestamp: TIME, modality: null, source: "session_manager", performer_id: "p" };
  const boundary = () => ({ schema_version: "1.0.1", record_id: v4(), ...fields });
  const facts = { is_training_data: false, session_notes: null, training_intent_label: null };
  const cause = { trigger: "user_action" } as const;
  return [
    { type: "session.started", cause, event: { ...boundary(), start_time: TIME, ...facts } },
    { type: "session.ended", cause, event: { ...boundary(), end_time: TIME } },
  ];
}

const logFile = ({ user_id, session_id }: LogName) => `users/${user_id}/sessions/${session_id}.jsonl`;
const archiveFile = (log: LogName) => `archive/${logFile(log)}.gz`;

async function damage(root: string, file: string): Promise<void> {
  const bytes = await readFile(join(root, file));
  bytes[bytes.length >> 2]! ^= 1;
  await writeFile(join(root, file), bytes);
}

/** A root with five ended sessions, two of them damaged, and its writer, which has one of those archived. */
async function openRoot(): Promise<{ readonly root: string; readonly recorder: Recorder }> {
  const root = await mkdtemp(join(tmpdir(), "session-ledger-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const recorder = await openRecorder({ root });
  onTestFinished(() => recorder.close());
  for (const log of [DAMAGED_ARCHIVE, DAMAGED, ARCHIVED, ERASED, RESTORED]) {
    await recorder.append(log, pastOf(log), { expected_seq: 0 });
  }
  await recorder.archive(DAMAGED_ARCHIVE);
  await damage(root, archiveFile(DAMAGED_ARCHIVE));
  await damage(root, logFile(DAMAGED));
  return { root, recorder };
}

/** Takes a command's lines; what a line is told to do is done before the command goes on. */
function contextOf(log_root: string, then: (line: string) => Promise<void>) {
  const lines: string[] = [];
  const output = {
    is_terminal: false,
    line: async (text: string) => {
      lines.push(text);
      await then(text);
    },
  };
  const context: CommandContext = { log_root, output, stderr: process.stderr };
  return { context, lines };
}

test("a log that is archived, restored or erased while others are verified is read as what it has become", async () => {
  const { root, recorder } = await openRoot();
  const met: (string | undefined)[] = [];
  const { context, lines } = contextOf(root, async (line) => {
    const { file } = JSON.parse(line);
    met.push(file);
    if (file === logFile(DAMAGED)) {
      await recorder.archive(ARCHIVED);
      await recorder.archive(RESTORED);
      await recorder.erase(ERASED);
    }
    if (file === archiveFile(DAMAGED_ARCHIVE)) await recorder.restore(RESTORED);
  });
  let code: number | undefined;
  const command = verifyCommand(async (work) => {
    code = await work(context);
  });
  await command.parseAsync(["--json"], { from: "user" });
  expect(met).toEqual([logFile(DAMAGED), archiveFile(DAMAGED_ARCHIVE), undefined]);
  expect(code).toBe(1);
  const { summary } = JSON.parse(lines.at(-1)!);
  expect(summary).toMatchObject({ logs: 4, archived: 2, faults: 2, in_flight: 0 });
});

test("a log is found in whichever form it has, and not at all once it is erased", async () => {
  const { root, recorder } = await openRoot();
  const reader = await openReader({ root });
  onTestFinished(() => reader.close());
  const fileOf = async () => (await verifyEitherForm(reader, ARCHIVED, () => undefined))?.file;
  expect(await fileOf()).toBe(logFile(ARCHIVED));
  await recorder.archive(ARCHIVED);
  expect(await fileOf()).toBe(archiveFile(ARCHIVED));
  await recorder.restore(ARCHIVED);
  expect(await fileOf()).toBe(logFile(ARCHIVED));
  await recorder.erase(ARCHIVED);
  expect(await fileOf()).toBeUndefined();
});
