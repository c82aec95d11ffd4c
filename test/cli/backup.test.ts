import { appendFile, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { appendMessage, endSession, postJson, startSession } from "../server/ledger_client.ts";
import { startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { importedRoots } from "./imported_root.ts";
import { parseLines, runCli } from "./session_ledger.ts";

const STOPPED = { user_id: "cyd", session_id: "sess_00000000000000c1" };
const DELETED = { user_id: "dee", session_id: "sess_00000000000000d1" };
const PAUSED_FILE = "users/bob/sessions/sess_00000000000000b1.jsonl";

const importedRoot = importedRoots();
let root: string;
let folder: string;
beforeEach(async () => {
  root = await importedRoot();
  folder = join(await tempRoot(), "copies", "today");
});

async function serve(log_root: string): Promise<string> {
  const { server, url } = await startServer({ LOG_ROOT: log_root });
  onTestFinished(async () => void (await server.kill()));
  return url;
}

/** The `record_id` of every line below a root, of logs and of archives. A line that stands there twice is named twice. */
async function recordsBelow(log_root: string): Promise<string[]> {
  const records: string[] = [];
  for (const entry of await readdir(log_root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.endsWith(".ledger")) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const text = (entry.name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    records.push(...parseLines(text).map(({ event }) => (event as { record_id: string }).record_id));
  }
  return records;
}

test("a backup is said in one line, or as JSON, and verifies", async () => {
  await runCli(root, "archive", STOPPED.session_id);
  const run = await runCli(root, "backup", folder);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toMatch(/^4 logs and 1 archive copied and verified, \d+ bytes, 0 faults\n$/);
  const [line] = parseLines((await runCli(root, "backup", `${folder}-2`, "--json")).stdout);
  expect(line).toEqual({ summary: { logs: 4, archives: 1, bytes: expect.any(Number), faults: 0 } });
  expect((await runCli(folder, "verify")).code).toBe(0);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    expect(mode & 0o777).toBe(entry.isFile() ? 0o600 : 0o700);
  }
});

test("a server on a backup has the sessions, the archives, and knows what was erased", async () => {
  await runCli(root, "archive", STOPPED.session_id);
  await runCli(root, "erase", DELETED.session_id);
  await serve(root);
  expect((await runCli(root, "backup", folder)).code).toBe(0);
  const url = await serve(folder);
  const lookUp = async (session_id: string) =>
    (await fetch(`${url}/session_manager/sessions/${session_id}`)).json();
  expect(await lookUp("sess_00000000000000a1")).toMatchObject({ found: true, session: { state: "active" } });
  expect(await lookUp(STOPPED.session_id)).toMatchObject({ reason: "not_found_archived" });
  expect(await lookUp(DELETED.session_id)).toMatchObject({ reason: "not_found_deleted" });
  const restored = await postJson(url, "/session_manager/sessions.restore", STOPPED);
  expect(restored.status).toBe(200);
  expect(await lookUp(STOPPED.session_id)).toMatchObject({ found: true, session: { state: "stopped" } });
  expect((await startSession(url, "ada")).status).toBe(409);
  expect((await startSession(url, "cyd")).status).toBe(200);
});

test("beside a server that records, a backup has all that was acknowledged before, and nothing else", async () => {
  const url = await serve(root);
  const submitted = new Set(await recordsBelow(root));
  const acknowledged = new Set(submitted);
  const moved = new Set<string>();
  const backup_done = new AbortController();
  const operate = async (operation: string, session: object): Promise<void> => {
    expect((await postJson(url, `/session_manager/sessions.${operation}`, session)).status).toBe(200);
    moved.add(operation);
  };
  /** One user's sessions, each with messages; every second is archived, and every fourth restored. */
  const use = async (user_id: string): Promise<void> => {
    for (let round = 1; !backup_done.signal.aborted; round += 1) {
      const { session_id, record_id } = (await startSession(url, user_id)).body;
      submitted.add(String(record_id));
      acknowledged.add(String(record_id));
      for (let at = 0; at < 3; at += 1) {
        const message_id = crypto.randomUUID();
        submitted.add(message_id);
        const { status } = await appendMessage(url, user_id, session_id, { record_id: message_id });
        expect(status).toBe(201);
        acknowledged.add(message_id);
      }
      const ended = await endSession(url, user_id, session_id);
      submitted.add(String(ended.body["record_id"]));
      acknowledged.add(String(ended.body["record_id"]));
      if (round % 2 === 0) await operate("archive", { user_id, session_id });
      if (round % 4 === 0) await operate("restore", { user_id, session_id });
    }
  };
  const users = Array.from({ length: 6 }, (_, index) => use(`user-${index}`));
  while (moved.size < 2 || acknowledged.size < 200) await setImmediate();
  const before = [...acknowledged];
  const run = await runCli(root, "backup", folder);
  const during = acknowledged.size - before.length;
  backup_done.abort();
  await Promise.all(users);
  expect(run).toMatchObject({ code: 0 });
  expect(during).toBeGreaterThan(0);
  const copied = await recordsBelow(folder);
  const known = new Set(copied);
  expect(known.size).toBe(copied.length);
  expect(before.filter((record_id) => !known.has(record_id))).toEqual([]);
  expect(copied.filter((record_id) => !submitted.has(record_id))).toEqual([]);
  // No user has two sessions open in it, or a server would not start a third.
  const again = await serve(folder);
  const { sessions } = (await (await fetch(`${again}/session_manager/sessions?state=active`)).json()) as {
    sessions: { user_id: string }[];
  };
  const owners = sessions.map(({ user_id }) => user_id);
  expect(new Set(owners).size).toBe(owners.length);
});

describe("a damaged log is copied as it stands, and named", () => {
  test("as verify names it", async () => {
    const path = join(root, PAUSED_FILE);
    const bytes = await readFile(path);
    bytes[200]! ^= 1;
    await writeFile(path, bytes);
    const verified = await runCli(root, "verify", "--json");
    const run = await runCli(root, "backup", folder, "--json");
    expect([run.code, verified.code]).toEqual([1, 1]);
    expect(parseLines(run.stdout).slice(0, -1)).toEqual(parseLines(verified.stdout).slice(0, -1));
    expect(await readFile(join(folder, PAUSED_FILE))).toEqual(bytes);
  });

  test("though only the last writer knew that it was longer, or that it was there", async () => {
    const path = join(root, PAUSED_FILE);
    const bytes = await readFile(path);
    // The one line that is left is of a batch of two.
    const left = bytes.subarray(0, bytes.indexOf(0x0a) + 1);
    await writeFile(path, left);
    await rm(join(root, "users", "cyd", "sessions", `${STOPPED.session_id}.jsonl`));
    const run = await runCli(root, "backup", folder, "--json");
    expect(run.code).toBe(1);
    const faults = parseLines(run.stdout).slice(0, -1);
    expect(faults.map(({ code }) => code)).toEqual(["LOG_TRUNCATED", "LOG_TORN", "LOG_TRUNCATED"]);
    expect(await readFile(join(folder, PAUSED_FILE))).toEqual(left);
  });

  test("an archive too", async () => {
    await runCli(root, "archive", STOPPED.session_id);
    const file = `archive/users/cyd/sessions/${STOPPED.session_id}.jsonl.gz`;
    const bytes = await readFile(join(root, file));
    bytes[bytes.length - 20]! ^= 1;
    await writeFile(join(root, file), bytes);
    const run = await runCli(root, "backup", folder, "--json");
    expect(run.code).toBe(1);
    expect(parseLines(run.stdout)).toMatchObject([{ code: "LOG_CORRUPT", file }, { summary: { faults: 1 } }]);
    expect(await readFile(join(folder, file))).toEqual(bytes);
  });

  test("without the torn end that a recovery would cut off", async () => {
    const path = join(root, PAUSED_FILE);
    const bytes = await readFile(path);
    await appendFile(path, '{"seq":3,');
    const run = await runCli(root, "backup", folder);
    expect([run.code, run.stdout.includes("LOG_TORN")]).toEqual([1, true]);
    expect(await readFile(join(folder, PAUSED_FILE))).toEqual(bytes);
  });
});

describe("a backup is refused, and nothing is done,", () => {
  const expectRefused = async (place: string, why: string): Promise<void> => {
    const run = await runCli(root, "backup", place);
    expect([run.code, run.stdout, run.stderr.includes(why)]).toEqual([2, "", true]);
  };

  test("in a folder that holds anything", async () => {
    const full = await tempRoot();
    await writeFile(join(full, "mine"), "");
    await expectRefused(full, "is not empty");
    expect(await readdir(full)).toEqual(["mine"]);
  });

  test("in what is no folder", async () => {
    const file = join(await tempRoot(), "file");
    await writeFile(file, "");
    await expectRefused(file, "is not a folder");
  });

  test("at or below the log root, through a link as well", async () => {
    const link = join(await tempRoot(), "link");
    await symlink(join(root, "users"), link);
    for (const place of [root, join(root, "backup"), join(root, "users", "zoe"), join(link, "new")]) {
      await expectRefused(place, "stands below the log root");
    }
  });

  test("of a log root that is missing", async () => {
    const run = await runCli(join(root, "none"), "backup", folder);
    expect([run.code, run.stderr.includes("there is no log root")]).toEqual([4, true]);
    await expect(readdir(folder)).rejects.toThrow("ENOENT");
  });
});
