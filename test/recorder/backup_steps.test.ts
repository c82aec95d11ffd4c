// Backups step by step, with what a writer does in between.
import { randomUUID } from "node:crypto";
import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  Backup,
  type BackupSummary,
  type JsonlRecorder,
  type LogName,
  openReader,
  openRecorder,
} from "@session-ledger/schema_recorder";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { tracesOf } from "./traces.ts";

const OPERATOR = { trigger: "operator" } as const;
const SECRET = "what was said";

let root: string;
let folder: string;
let recorder: JsonlRecorder;
beforeEach(async () => {
  root = await tempRoot();
  folder = await tempRoot();
  recorder = await openRecorder({ root });
  // A writer that says where it answers has recovered its root.
  await recorder.announce("http://127.0.0.1:1");
  onTestFinished(() => recorder.close());
});

/** Records an ended session, one line of which says the secret. */
async function recordLog(user_id = "ada", secret = SECRET): Promise<LogName> {
  const log = { user_id, session_id: randomUUID() };
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0 });
  await recorder.append(log, [messageEvent(log, { text: secret }), endedEvent(log)], { expected_seq: 1 });
  return log;
}

const logPath = (below: string, { user_id, session_id }: LogName) =>
  join(below, "users", user_id, "sessions", `${session_id}.jsonl`);
const archivePath = (below: string, { user_id, session_id }: LogName) =>
  join(below, "archive", "users", user_id, "sessions", `${session_id}.jsonl.gz`);

interface Moments {
  /** When the first log was copied. All logs of its owner are listed by then. */
  readonly first_copied?: () => Promise<void>;
  readonly copied?: () => Promise<void>;
  readonly settled?: () => Promise<void>;
}

/** Makes a backup of the root, and does something at its moments. */
async function backUp({ first_copied, copied, settled }: Moments = {}): Promise<BackupSummary> {
  const backup = await Backup.begin({ root, folder });
  let waits = first_copied;
  for await (const _ of backup.copy()) {
    await waits?.();
    waits = undefined;
  }
  await copied?.();
  while ((await backup.settle()).length > 0);
  await settled?.();
  return backup.finish();
}

/** The names of all files in the copy, but for the ledger's own. */
async function copiedFiles(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith(".ledger"));
  return files.map(({ name }) => name).sort();
}

/** Asserts that every log in the copy holds to its last byte. */
async function expectSound(): Promise<void> {
  const reader = await openReader({ root: folder });
  for await (const log of reader.logs()) expect((await reader.verify(log)).faults).toEqual([]);
  for await (const log of reader.archives()) expect((await reader.verifyArchive(log))?.faults).toEqual([]);
  await reader.close();
}

describe("a session that is erased while a backup is made", () => {
  test.each(["first_copied", "copied", "settled"])(
    "(%s) is not in it, and known as erased",
    async (moment) => {
      const kept = await recordLog();
      const erased = await recordLog("bob", "of bob");
      const among_many = await Promise.all(Array.from({ length: 20 }, () => recordLog("cyd", "of cyd")));
      const erase = async (): Promise<void> => {
        for (const log of [erased, ...among_many]) await recorder.erase(log, { note: OPERATOR });
      };
      const summary = await backUp({ [moment]: erase });
      expect(summary).toMatchObject({ logs: 1, archives: 0, gone: [] });
      expect(await copiedFiles()).toEqual([`${kept.session_id}.jsonl`]);
      expect(await tracesOf(folder, ["of bob", "of cyd", "bob", "cyd"])).toEqual([]);
      const copy = await openRecorder({ root: folder });
      for (const { session_id } of [erased, ...among_many]) {
        expect(await copy.erasureOf(session_id)).toMatchObject({ kind: "interaction", lines: 3 });
      }
      await copy.close();
    },
  );

  test("is not in it, if it leaves no mark", async () => {
    const anonymous = await recordLog("_anonymous");
    const summary = await backUp({ copied: () => recorder.erase(anonymous) });
    expect(summary).toMatchObject({ logs: 0, gone: [] });
    expect(await copiedFiles()).toEqual([]);
  });

  test("is not in it as an archive", async () => {
    const archived = await recordLog();
    await recorder.archive(archived, {});
    const summary = await backUp({ settled: () => recorder.erase(archived, { note: OPERATOR }) });
    expect(summary).toMatchObject({ archives: 0, gone: [] });
    expect(await copiedFiles()).toEqual([]);
  });
});

describe("a line whose content is erased while a backup is made", () => {
  const eraseLine = (log: LogName) => recorder.eraseLine(log, 2, { record_id: randomUUID() });

  test.each(["first_copied", "copied"])("(%s) is erased in it", async (moment) => {
    const logs = await Promise.all(Array.from({ length: 20 }, () => recordLog()));
    const erase = async (): Promise<void> => {
      for (const log of logs) await eraseLine(log);
    };
    await backUp({ [moment]: erase });
    expect(await tracesOf(folder, [SECRET])).toEqual([]);
    await expectSound();
  });

  test("is erased in it though its log is as long as before up to there", async () => {
    // The event is as long as what takes its place.
    const log = { user_id: "ada", session_id: "s" };
    const event = { record_id: randomUUID(), text: "" };
    const length = JSON.stringify({ $erased: "0".repeat(64) }).length;
    const text = "s".repeat(length - JSON.stringify(event).length);
    const note = { type: "note.made", event: { ...event, text } };
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0 });
    await recorder.append(log, [note], { expected_seq: 1 });
    const size = (await readFile(logPath(root, log))).length;
    await backUp({ copied: async () => void (await eraseLine(log)) });
    expect((await readFile(logPath(root, log))).indexOf('{"seq":3')).toBe(size);
    expect(await tracesOf(folder, [event.record_id])).toEqual([]);
    await expectSound();
  });

  test("is erased in the archive that its log became", async () => {
    const log = await recordLog();
    await recorder.archive(log, {});
    await backUp({
      copied: async () => {
        await recorder.restore(log);
        await eraseLine(log);
        await recorder.archive(log, {});
      },
    });
    expect(gunzipSync(await readFile(archivePath(folder, log))).includes(SECRET)).toBe(false);
    await expectSound();
  });
});

test.each(["first_copied", "copied"])(
  "what is archived or restored while a backup is made (%s) is in it exactly once",
  async (moment) => {
    const logs = await Promise.all(Array.from({ length: 30 }, () => recordLog()));
    const bytes = new Map<string, Buffer>();
    for (const log of logs) bytes.set(log.session_id, await readFile(logPath(root, log)));
    for (const log of logs.slice(15)) await recorder.archive(log, {});
    const swap = async (): Promise<void> => {
      for (const log of logs.slice(0, 15)) await recorder.archive(log, {});
      for (const log of logs.slice(15)) await recorder.restore(log);
    };
    expect(await backUp({ [moment]: swap })).toMatchObject({ logs: 15, archives: 15, gone: [] });
    for (const [at, log] of logs.entries()) {
      const copy =
        at < 15 ? gunzipSync(await readFile(archivePath(folder, log))) : await readFile(logPath(folder, log));
      expect(copy).toEqual(bytes.get(log.session_id));
    }
  },
);

test("what goes on while a backup is made is in it up to a whole line, and what is in flight is left out", async () => {
  const log = await recordLog();
  const other = await recordLog("bob");
  const before = await readFile(logPath(root, other));
  // What a kill, or a batch that is on its way, leaves in a log.
  const lines = before.toString().split("\n");
  const half_batch = lines.at(-3)!.slice(0, -30);
  await appendFile(logPath(root, other), half_batch);
  const backup = await Backup.begin({ root, folder });
  for await (const { faults } of backup.copy()) expect(faults).toEqual([]);
  await recorder.append(log, [messageEvent(log)], { expected_seq: 3 });
  expect(await backup.settle()).toEqual([]);
  await backup.finish();
  expect(await readFile(logPath(folder, other))).toEqual(before);
  expect((await readFile(logPath(folder, log), "utf8")).split("\n")).toHaveLength(4);
  await expectSound();
});

test("a log that someone removes while a backup is made stays in it, and is named", async () => {
  const log = await recordLog();
  await recorder.close();
  const summary = await backUp({ copied: () => rm(logPath(root, log)) });
  expect(summary.gone).toMatchObject([
    { code: "LOG_TRUNCATED", file: expect.stringContaining(log.session_id) },
  ]);
  expect((await readFile(logPath(folder, log), "utf8")).includes(SECRET)).toBe(true);
});

test("no writer opens a backup that is not finished", async () => {
  await recordLog();
  const backup = await Backup.begin({ root, folder });
  for await (const _ of backup.copy());
  while ((await backup.settle()).length > 0);
  await expect(openRecorder({ root: folder })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
});

test("a root whose journal holds what its logs may lack is not backed up before it was recovered", async () => {
  const log = await recordLog();
  const journal = join(root, ".ledger", "journal");
  const [segment] = await readdir(journal);
  const frames = await readFile(join(journal, segment!));
  const bytes = await readFile(logPath(root, log));
  await recorder.close();
  // What a power cut can leave.
  await writeFile(join(journal, segment!), frames);
  await rm(logPath(root, log));
  await expect(backUp()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(await readdir(folder)).toEqual([]);
  const recovered = await openRecorder({ root });
  await backUp();
  await recovered.close();
  expect(await readFile(logPath(folder, log))).toEqual(bytes);
});
