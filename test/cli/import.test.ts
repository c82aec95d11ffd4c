import { appendFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LogName, openReader, openRecorder } from "@session-ledger/schema_recorder";
import type { JsonObject, Line } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { parseLines, runCli, UPSTREAM_LOGS } from "./session_ledger.ts";
import {
  freshLog,
  upstreamEvents,
  upstreamFile,
  upstreamLine,
  upstreamText,
  writeUpstreamLog,
} from "./upstream_root.ts";

async function linesOf(root: string, log: LogName): Promise<Line[]> {
  const reader = await openReader({ root });
  try {
    return await Array.fromAsync(reader.read(log));
  } finally {
    await reader.close();
  }
}

/** Every file below a folder with its bytes, but for the recorder's own. */
async function snapshot(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(join(root, "users"), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path, await readFile(path, "utf8"));
  }
  return files;
}

/** Imports a root that holds one log, and gives what became of it. */
async function importOne(root: string, upstream: string) {
  const run = await runCli(root, "import", "--json", upstream);
  const [result] = parseLines(run.stdout);
  return { code: run.code, result: result! };
}

test("every upstream line stays, in order and unchanged, and says where it stood", async () => {
  const root = await tempRoot();
  const run = await runCli(root, "import", UPSTREAM_LOGS);
  expect(run).toMatchObject({ code: 0, stdout: "12 logs: 12 imported, 62 lines recorded\n", stderr: "" });

  const upstream = await snapshot(UPSTREAM_LOGS);
  expect(upstream.size).toBe(12);
  for (const [path, text] of upstream) {
    const [, user_id, , file] = path.slice(UPSTREAM_LOGS.length + 1).split("/");
    const lines = await linesOf(root, { user_id: user_id!, session_id: file!.replace(".jsonl", "") });
    const source = parseLines(text);
    expect(lines.map(({ event }) => event)).toEqual(source.map(({ event }) => event));
    expect(lines.map(({ imported }) => imported)).toEqual(
      source.map(({ recorded_at }, index) => ({ recorded_at, source_line: index + 1 })),
    );
    expect(lines.map(({ cause }) => cause)).toEqual(source.map(() => ({ trigger: "import" })));
  }
});

test("a second run changes nothing", async () => {
  const root = await tempRoot();
  await runCli(root, "import", UPSTREAM_LOGS);
  const before = await snapshot(root);
  const second = await runCli(root, "import", UPSTREAM_LOGS);
  expect(second).toMatchObject({ code: 0, stdout: "12 logs: 12 unchanged, 0 lines recorded\n" });
  expect(await snapshot(root)).toEqual(before);
});

test("a repeated start and a line after the end change no state", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  const [start, message, end] = upstreamEvents(log);
  await writeUpstreamLog(
    upstream,
    log,
    upstreamText([start!, start!, message!, end!, message!, end!, start!]),
  );
  expect(await importOne(root, upstream)).toMatchObject({
    code: 0,
    result: { outcome: "imported", lines: 7 },
  });
  expect((await linesOf(root, log)).map(({ type }) => type)).toEqual([
    "session.started",
    "session.start_repeated",
    "message.appended",
    "session.ended",
    "message.appended_late",
    "message.appended_late",
    "session.start_repeated",
  ]);
  const [row] = parseLines((await runCli(root, "replay", "--json")).stdout);
  expect(row).toMatchObject({ state: "stopped", events: 7, imported: true });
});

test("a session that never ended is ended by the system, and listed", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  await writeUpstreamLog(upstream, log, upstreamText(upstreamEvents(log).slice(0, -1)));
  const run = await runCli(root, "import", upstream);
  expect(run.code).toBe(0);
  expect(run.stdout).toBe(
    `ended by the system: ${upstreamFile(log)}\n1 log: 1 imported, 2 lines recorded, 1 session ended by the system\n`,
  );
  const end = (await linesOf(root, log)).at(-1)!;
  expect(end).toMatchObject({ seq: 3, type: "session.ended", cause: { trigger: "import" } });
  expect(end.event).toMatchObject({ ...log, performer_id: "system", source: "session_manager" });
  expect(end).not.toHaveProperty("imported");
  expect(await importOne(root, upstream)).toMatchObject({ code: 0, result: { outcome: "unchanged" } });
});

test("a byte order mark, CRLF and a last line without its end are tolerated", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  const text = `\ufeff${upstreamEvents(log).map(upstreamLine).join("\r\n")}`;
  await writeUpstreamLog(upstream, log, text);
  expect(await importOne(root, upstream)).toMatchObject({
    code: 0,
    result: { outcome: "imported", lines: 3 },
  });
});

test("a log that grew since is listed with its first new line, and not merged", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  await cp(UPSTREAM_LOGS, upstream, { recursive: true });
  await runCli(root, "import", upstream);
  const before = await snapshot(root);
  const log = { user_id: "elias01", session_id: "sess_b7163b5420e44191" };
  await appendFile(join(upstream, upstreamFile(log)), `${upstreamLine(messageEvent(log).event)}\n`);
  const run = await runCli(root, "import", upstream);
  expect(run.code).toBe(1);
  expect(run.stdout).toContain(`grown: ${upstreamFile(log)}:3: the file has 3 lines, 2 were imported before`);
  expect(run.stdout).toContain("11 unchanged, 1 grown");
  expect(await snapshot(root)).toEqual(before);
});

test("a log that differs from what was imported is a conflict", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  const [start, message, end] = upstreamEvents(log);
  await writeUpstreamLog(upstream, log, upstreamText([start!, message!, end!]));
  await importOne(root, upstream);
  await writeUpstreamLog(upstream, log, upstreamText([start!, { ...message!, text: "edited" }, end!]));
  expect(await importOne(root, upstream)).toMatchObject({
    code: 1,
    result: { outcome: "conflict", line: 2 },
  });
  await writeUpstreamLog(upstream, log, upstreamText([start!, end!]));
  expect(await importOne(root, upstream)).toMatchObject({ code: 1, result: { outcome: "conflict" } });
});

test("a session that was recorded here is never taken for an imported one", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  const recorder = await openRecorder({ root });
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0 });
  await recorder.close();
  await writeUpstreamLog(upstream, log, upstreamText(upstreamEvents(log)));
  expect(await importOne(root, upstream)).toMatchObject({
    code: 1,
    result: { outcome: "conflict", reason: "the session exists and was not imported" },
  });
  expect(await linesOf(root, log)).toHaveLength(1);
});

/** Breaks the second line of a log in some way. */
type Breakage = (lines: readonly string[], event: JsonObject) => string | Buffer;

const breakages: [string, Breakage, Partial<Record<string, unknown>>][] = [
  ["a cut line", ([a, b, c]) => `${a}\n${b!.slice(0, 40)}\n${c}\n`, { line: 2 }],
  ["a torn last line", ([a, b, c]) => `${a}\n${b}\n${c!.slice(0, 40)}`, { line: 3 }],
  ["bytes that are not UTF-8", ([a, b, c]) => Buffer.from(`${a}\n\xff${b}\n${c}\n`, "latin1"), { line: 2 }],
  ["NUL bytes", ([a, , c]) => `${a}\n${"\0".repeat(100)}\n${c}\n`, { line: 2 }],
  ["no start", ([, b, c]) => `${b}\n${c}\n`, { line: 1 }],
  ["an empty file", () => "", { line: null }],
  ["a message without its source", ([a, , c], e) => `${a}\n${without(e, "source")}\n${c}\n`, { line: 2 }],
  [
    "another user's line",
    ([a, , c], e) => `${a}\n${upstreamLine({ ...e, user_id: "u2" })}\n${c}\n`,
    { line: 2 },
  ],
  [
    "raw media",
    ([a, , c], e) => `${a}\n${upstreamLine({ ...e, frame_data: "AAAA" })}\n${c}\n`,
    { line: 2, code: "RAW_MEDIA_REFUSED" },
  ],
  [
    "a line over the limit",
    ([a, , c], e) => `${a}\n${upstreamLine({ ...e, text: "x".repeat(524_288) })}\n${c}\n`,
    { line: 2, code: "LINE_TOO_LONG" },
  ],
];

function without(event: JsonObject, key: string): string {
  return upstreamLine(Object.fromEntries(Object.entries(event).filter(([each]) => each !== key)));
}

test.each(breakages)(
  "%s is listed with its line, its session skipped, the others imported",
  async (_what, broken, where) => {
    const [root, upstream] = [await tempRoot(), await tempRoot()];
    const [bad, good] = [freshLog("u1"), freshLog("u3")];
    const events = upstreamEvents(bad);
    await writeUpstreamLog(upstream, bad, broken(events.map(upstreamLine), events[1]!));
    await writeUpstreamLog(upstream, good, upstreamText(upstreamEvents(good)));
    const run = await runCli(root, "import", "--json", upstream);
    const [listed, imported] = parseLines(run.stdout);
    expect(run.code).toBe(1);
    expect(listed).toMatchObject({ outcome: "unmappable", file: upstreamFile(bad), ...where });
    expect(imported).toMatchObject({ outcome: "imported", file: upstreamFile(good) });
    expect([...(await snapshot(root)).keys()]).toEqual([join(root, upstreamFile(good))]);
  },
);

test("names that are no ids, and links, are listed; what is no log is passed over", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  await writeUpstreamLog(upstream, log, upstreamText(upstreamEvents(log)));
  const sessions = join(upstream, "users", log.user_id, "sessions");
  await writeFile(join(sessions, "a b\u001b[2J.jsonl"), "");
  await symlink("/dev/zero", join(sessions, "endless.jsonl"));
  await mkdir(join(sessions, log.session_id));
  await writeFile(join(sessions, log.session_id, "features.npz"), "");
  const run = await runCli(root, "import", upstream);
  expect(run.code).toBe(1);
  expect(run.stdout).toContain("a b\\u001b[2J.jsonl: the file's name is not a valid session_id");
  expect(run.stdout).toContain("endless.jsonl: it is not a regular file");
  expect(run.stdout).toContain("3 logs: 1 imported, 2 unmappable");
});

test("a log too long for one append is imported in several, and a fault in it leaves nothing behind", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  const events = upstreamEvents(log, 2_300);
  await writeUpstreamLog(upstream, log, upstreamText([...events, { ...events[1]!, frame_data: "AAAA" }]));
  expect(await importOne(root, upstream)).toMatchObject({
    code: 1,
    result: { outcome: "unmappable", line: 2_303 },
  });
  expect((await runCli(root, "replay", "--json")).stdout).toBe("");

  await writeUpstreamLog(upstream, log, upstreamText(events));
  expect(await importOne(root, upstream)).toMatchObject({
    code: 0,
    result: { outcome: "imported", lines: 2_302 },
  });
  const lines = await linesOf(root, log);
  expect(lines.map(({ event }) => event)).toEqual(events);
  expect(lines[0]!.imported).toMatchObject({ source_line: 1, source_lines: 2_302 });
  expect(await importOne(root, upstream)).toMatchObject({ code: 0, result: { outcome: "unchanged" } });
});

test("an import that was cut off is finished by the next run", async () => {
  const [whole, cut, upstream] = [await tempRoot(), await tempRoot(), await tempRoot()];
  const log = freshLog();
  await writeUpstreamLog(upstream, log, upstreamText(upstreamEvents(log, 1_500).slice(0, -1)));
  await importOne(whole, upstream);
  const lines = await linesOf(whole, log);

  const recorder = await openRecorder({ root: cut });
  const first = lines.slice(0, 1_000).map(({ type, cause, imported, event }) => ({
    type,
    cause: cause!,
    imported: imported!,
    event,
  }));
  await recorder.append(log, first, { expected_seq: 0 });
  await recorder.close();

  expect(await importOne(cut, upstream)).toMatchObject({
    code: 0,
    result: { outcome: "finished", lines: 501, ended_by_system: true },
  });
  const finished = await linesOf(cut, log);
  expect(finished.slice(0, -1).map(({ event }) => event)).toEqual(
    lines.slice(0, -1).map(({ event }) => event),
  );
  expect(finished.at(-1)).toMatchObject({
    seq: 1_502,
    type: "session.ended",
    event: { performer_id: "system" },
  });
  expect(await importOne(cut, upstream)).toMatchObject({ code: 0, result: { outcome: "unchanged" } });
});

test("a cut import of a log that grew meanwhile is finished as far as it was meant, and listed", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  const events = upstreamEvents(log, 2);
  const recorder = await openRecorder({ root });
  const imported = { recorded_at: "2026-11-21T08:36:09.196Z", source_line: 1, source_lines: 2 };
  const start = {
    type: "session.started",
    cause: { trigger: "import" },
    imported,
    event: events[0]!,
  } as const;
  await recorder.append(log, [start], { expected_seq: 0 });
  await recorder.close();
  await writeUpstreamLog(upstream, log, upstreamText(events));
  expect(await importOne(root, upstream)).toMatchObject({
    code: 1,
    result: { outcome: "grown", line: 3, lines: 1, ended_by_system: true },
  });
  expect((await linesOf(root, log)).map(({ type }) => type)).toEqual([
    "session.started",
    "message.appended",
    "session.ended",
  ]);
});

test("a damaged log of the ledger is left as it is", async () => {
  const [root, upstream] = [await tempRoot(), await tempRoot()];
  const log = freshLog();
  await writeUpstreamLog(upstream, log, upstreamText(upstreamEvents(log)));
  await importOne(root, upstream);
  const path = join(root, upstreamFile(log));
  const damaged = (await readFile(path, "utf8")).replace("carer01", "carer99");
  await writeFile(path, damaged);
  expect(await importOne(root, upstream)).toMatchObject({
    code: 1,
    result: { outcome: "conflict", code: "LOG_CORRUPT" },
  });
  expect(await readFile(path, "utf8")).toBe(damaged);
});

test("a log root that another process writes is left alone, and its holder is named", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  const run = await runCli(root, "import", UPSTREAM_LOGS);
  expect(run.code).toBe(3);
  expect(run.stderr).toContain(String(process.pid));
  const log = freshLog();
  await recorder.append(log, [startedEvent(log), endedEvent(log)], { expected_seq: 0 });
  await recorder.close();
});

test("a folder that is no upstream root is a mistake of usage, and makes no log root", async () => {
  const root = await tempRoot();
  await rm(root, { recursive: true });
  const run = await runCli(root, "import", join(root, "nowhere"));
  expect(run.code).toBe(2);
  await expect(readdir(root)).rejects.toThrow("ENOENT");
});
