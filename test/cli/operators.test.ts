import { hash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { openRecorder } from "@session-ledger/schema_recorder";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { importedRoots } from "./imported_root.ts";
import { parseLines, runCli, UPSTREAM_LOGS } from "./session_ledger.ts";
import { EACH_STATE, writeTable } from "./session_table.ts";

const STOPPED = { user_id: "cyd", session_id: "sess_00000000000000c1" };
const DELETED = { user_id: "dee", session_id: "sess_00000000000000d1" };
const UPSTREAM = { user_id: "mira.k", session_id: "sess_71c9d89c191c4b4b" };

const importedRoot = importedRoots();
let root: string;
beforeEach(async () => {
  root = await importedRoot();
});

const logPath = ({ user_id, session_id }: typeof STOPPED) =>
  join(root, "users", user_id, "sessions", `${session_id}.jsonl`);
const archivePath = ({ user_id, session_id }: typeof STOPPED) =>
  join(root, "archive", "users", user_id, "sessions", `${session_id}.jsonl.gz`);

async function serve(variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const { server, url } = await startServer({ LOG_ROOT: root, ...variables });
  onTestFinished(async () => void (await server.kill()));
  return url;
}

/** Every file below the root that holds a text. */
async function holding(text: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (path.includes(text) || (entry.isFile() && (await readFile(path)).includes(text))) found.push(path);
  }
  return found;
}

describe.each(["alone", "beside a server"])("an operator, %s,", (where) => {
  let url: string | undefined;
  beforeEach(async () => {
    url = where === "alone" ? undefined : await serve();
  });

  test("archives a session and brings it back byte for byte", async () => {
    const before = await readFile(logPath(STOPPED));
    const archived = await runCli(root, "archive", STOPPED.session_id);
    expect([archived.code, archived.stdout]).toEqual([
      0,
      `archived: cyd/${STOPPED.session_id}\n1 session archived, 0 refused\n`,
    ]);
    await expect(readFile(logPath(STOPPED))).rejects.toThrow("ENOENT");
    expect(gunzipSync(await readFile(archivePath(STOPPED)))).toEqual(before);
    if (url !== undefined) {
      const answer = await fetch(`${url}/session_manager/sessions/${STOPPED.session_id}`);
      expect(await answer.json()).toMatchObject({ reason: "not_found_archived" });
    }
    expect((await runCli(root, "restore", STOPPED.session_id)).code).toBe(0);
    expect(await readFile(logPath(STOPPED))).toEqual(before);
    await expect(readFile(archivePath(STOPPED))).rejects.toThrow("ENOENT");
  });

  test("archives what ended long ago, and lists it first", async () => {
    const planned = await runCli(root, "archive", "--older-than", "1d", "--dry-run", "--json");
    const sessions = parseLines(planned.stdout).map(({ session_id }) => session_id);
    expect(sessions.sort()).toEqual([
      "exec_20260315_093000_0123abcd",
      STOPPED.session_id,
      DELETED.session_id,
    ]);
    expect((await readFile(logPath(STOPPED))).length).toBeGreaterThan(0);
    const done = await runCli(root, "archive", "--older-than", "1d", "--json");
    expect(parseLines(done.stdout).every(({ outcome }) => outcome === "archived")).toBe(true);
    expect((await runCli(root, "archive", "--older-than", "1d")).stdout).toBe(
      "0 sessions archived, 0 refused\n",
    );
  });

  test("erases a deleted session, and no other", async () => {
    const refused = await runCli(root, "erase", STOPPED.session_id);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("SESSION_NOT_DELETED");
    const erased = await runCli(root, "erase", "--user", DELETED.user_id, "--reason", "user_request");
    expect([erased.code, erased.stdout]).toEqual([
      0,
      `erased: dee/${DELETED.session_id}\n1 session erased, 0 refused\n`,
    ]);
    expect(await holding(DELETED.session_id)).toEqual([]);
    expect((await runCli(root, "erase", DELETED.session_id)).code).toBe(1);
  });

  test("erases the content of a line, and the log still verifies", async () => {
    const [, ended] = (await readFile(logPath(STOPPED), "utf8")).split("\n");
    const { record_id } = JSON.parse(ended!).event;
    expect((await runCli(root, "erase", STOPPED.session_id, "--line", "2")).code).toBe(0);
    expect(await holding(record_id)).toEqual([]);
    expect((await runCli(root, "verify", "--session", STOPPED.session_id)).code).toBe(0);
  });
});

describe("an archived log", () => {
  const verified = async () => {
    const { code, stdout } = await runCli(root, "verify");
    return { code, text: stdout };
  };

  test("is verified and counted as it was before", async () => {
    const before = [await runCli(root, "verify"), await runCli(root, "stats", "--json")];
    await runCli(root, "archive", STOPPED.session_id);
    const [verify, stats] = [await verified(), await runCli(root, "stats", "--json")];
    expect(verify).toEqual({ code: 0, text: before[0]!.stdout.replace("\n", ", 1 archived\n") });
    expect(stats.stdout).toBe(before[1]!.stdout);
    const other = await runCli(root, "verify", "--user", DELETED.user_id);
    expect(other.stdout).not.toContain("archived");
  });

  test.each([
    [
      "a flipped byte",
      (archive: Buffer) => archive.with(archive.length >> 1, archive.at(archive.length >> 1)! ^ 1),
    ],
    ["a missing end", (archive: Buffer) => archive.subarray(0, -9)],
    [
      "an edited line under a checksum that holds",
      (archive: Buffer) => gzipSync(gunzipSync(archive).toString().replace("session.ended", "session.ENDED")),
    ],
    [
      "its last line gone",
      (archive: Buffer) => gzipSync(gunzipSync(archive).toString().replace(/.*\n$/, "")),
    ],
  ])("with %s is a fault that names its file", async (_name, damage) => {
    await runCli(root, "archive", STOPPED.session_id);
    await writeFile(archivePath(STOPPED), damage(await readFile(archivePath(STOPPED))));
    const { code, text } = await verified();
    expect(code).toBe(1);
    expect(text).toMatch(/^archive\/users\/cyd\/sessions\/sess_00000000000000c1\.jsonl\.gz:.* LOG_/);
    expect(text).toContain("1 fault, 1 archived");
  });
});

test("a server that asks for keys takes an operator's", async () => {
  const keys = join(await tempRoot(), "keys");
  await writeFile(keys, `${hash("sha256", "secret", "hex")} ops operator\n`, { mode: 0o600 });
  await serve({ LEDGER_API_KEYS: keys });
  const refused = await runCli(root, "archive", STOPPED.session_id);
  expect([refused.code, refused.stderr.includes("UNAUTHENTICATED")]).toEqual([4, true]);
  expect((await runCli(root, "archive", STOPPED.session_id, "--key", "secret")).code).toBe(0);
});

test.each([
  ["archive"],
  ["archive", "s", "--older-than", "90d"],
  ["archive", "--older-than", "90"],
  ["restore"],
  ["erase"],
  ["erase", "--user", "ada", "--line", "2"],
  ["erase", "s", "--reason", "Ada asked for it"],
])("the command line %s %s %s %s is refused", async (...args) => {
  expect((await runCli(root, ...args.filter((arg) => arg !== undefined))).code).toBe(2);
});

test("what was erased is not imported again, from a table or from a folder", async () => {
  await runCli(root, "import", UPSTREAM_LOGS);
  const recorder = await openRecorder({ root });
  for (const log of [DELETED, UPSTREAM]) await recorder.erase(log, { note: { trigger: "operator" } });
  await recorder.close();
  for (const source of [await writeTable("table.csv", EACH_STATE), UPSTREAM_LOGS]) {
    const again = await runCli(root, "import", source, "--json");
    const conflicts = parseLines(again.stdout).filter(({ outcome }) => outcome === "conflict");
    expect(conflicts).toMatchObject([{ reason: "the session was erased" }]);
  }
  for (const { session_id } of [DELETED, UPSTREAM]) expect(await holding(session_id)).toEqual([]);
});

test("what was archived is left archived by an import", async () => {
  const table = await writeTable("table.csv", EACH_STATE);
  await runCli(root, "archive", "--older-than", "1d");
  const again = await runCli(root, "import", table);
  expect(again.stderr).toBe("");
  expect((await readFile(archivePath(STOPPED))).length).toBeGreaterThan(0);
  await expect(readFile(logPath(STOPPED))).rejects.toThrow("ENOENT");
});
