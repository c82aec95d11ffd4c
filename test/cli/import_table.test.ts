import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { ended, parseLines, runCli, startCli } from "./session_ledger.ts";
import { EACH_STATE, endedSessions, writeTable } from "./session_table.ts";

/** Each session's state, as `replay` has it. */
async function statesOf(root: string): Promise<Map<unknown, unknown>> {
  const { stdout } = await runCli(root, "replay", "--json");
  return new Map(parseLines(stdout).map(({ session_id, state }) => [session_id, state]));
}

const STATES = new Map([
  ["sess_00000000000000a1", "active"],
  ["exec_20260315_093000_0123abcd", "stopped"],
  ["sess_00000000000000b1", "paused"],
  ["sess_00000000000000c1", "stopped"],
  ["sess_00000000000000d1", "deleted"],
]);

/** The rows of a CSV table as JSON objects, one a line. */
function asJsonl(csv: string): string {
  const [header, ...rows] = csv.trimEnd().split("\n");
  const columns = header!.split(",");
  const objects = rows.map((row) => {
    const cells = row.split(",").map((cell) => (cell === "" ? null : cell));
    return JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, cells[at]])));
  });
  return `${objects.join("\n")}\n`;
}

test.each([
  ["CSV", "table.csv", EACH_STATE, []],
  ["JSONL", "table.jsonl", asJsonl(EACH_STATE), []],
  ["a table whose name says nothing", "dump.txt", EACH_STATE, ["--format", "csv"]],
])("%s: each row becomes a session in its state", async (_what, name, text, options) => {
  const root = await tempRoot();
  const run = await runCli(root, "import", ...options, await writeTable(name, text));
  expect(run).toMatchObject({ code: 0, stderr: "", stdout: "5 rows: 5 imported, 10 lines recorded\n" });
  expect(await statesOf(root)).toEqual(STATES);
  expect((await runCli(root, "verify")).code).toBe(0);
});

test("a byte order mark, CRLF, quotes, blank lines and any order of columns are tolerated", async () => {
  const root = await tempRoot();
  const text = [
    "\ufeffstatus,created_at,id,user_id",
    'active,"2026-03-15 09:30:00",sess_00000000000000a1,"ada"',
    "",
    "active,2026-03-15 09:30:00,sess_00000000000000b1,bob",
  ].join("\r\n");
  const run = await runCli(root, "import", await writeTable("table.csv", text));
  expect(run).toMatchObject({ code: 0, stdout: "2 rows: 2 imported, 2 lines recorded\n" });
});

test("faulty rows are named with their lines, and the others imported", async () => {
  const root = await tempRoot();
  const rows = [
    "sess_00000000000000e1,eve,active,2026-03-15 09:30:00,,",
    "sess_00000000000000e2,eve,paused,2026-03-15 09:30:00,2026-03-15 09:31:00,",
    "sess_00000000000000e3,eve,lost\u001b[2J,2026-03-15 09:30:00,,",
    "sess_00000000000000e4,eve,ended,2026-03-15 09:30:00",
    "sess_00000000000000e5,eve,creating,2026-03-15 09:30:00,,",
    "sess_00000000000000e6,eve,ended,2026-03-15 09:30:00,2026-03-15 09:31:00,",
    'sess_00000000000000e7,"eve,ended,2026-03-15 09:30:00,2026-03-15 09:31:00,',
    "sess_00000000000000e8,eve,ended,2026-03-15 09:30:00,2026-03-15 09:31:00,",
    "",
  ];
  const path = await writeTable("table.csv", EACH_STATE + rows.join("\n"));
  const run = await runCli(root, "import", path);
  expect(run.code).toBe(1);
  expect(run.stdout.split("\n")).toEqual([
    `conflict: ${path}:8: the user has another session that is active or paused (SESSION_ALREADY_ACTIVE)`,
    expect.stringContaining(`unmappable: ${path}:9: status: must be one of`),
    `unmappable: ${path}:10: the row has 4 fields, the header 6`,
    `skipped: ${path}:11: its creation never finished`,
    `unmappable: ${path}:13: the row's quotes do not match; nothing after it was read`,
    "12 rows: 7 imported, 1 skipped, 1 conflict, 3 unmappable, 13 lines recorded",
    "",
  ]);
  const states = await statesOf(root);
  expect(states.size).toBe(7);
  expect(states.get("sess_00000000000000e1")).toBe("active");
  expect(states.get("sess_00000000000000e6")).toBe("stopped");
});

test("a row that is far too long ends the reading at its line", async () => {
  const root = await tempRoot();
  const text = `${EACH_STATE}${"x".repeat(300_000)},ada,ended\n`;
  const run = await runCli(root, "import", await writeTable("table.csv", text));
  expect(run.code).toBe(1);
  expect(run.stdout).toContain("table.csv:7: the row is too long");
  expect(run.stdout).toContain("5 imported");
});

test.each([
  ["an empty file", "table.csv", "", /has no header/],
  ["a missing column", "table.csv", "id,user_id\n", /lacks status, created_at/],
  ["a further column", "table.csv", `ip,${EACH_STATE}`, /cannot be imported: ip/],
  ["a doubled column", "table.csv", `id,${EACH_STATE}`, /names id twice/],
  ["a name that tells no format", "table.txt", EACH_STATE, /--format csv/],
])("%s is a mistake of usage, and makes no log root", async (_what, name, text, reason) => {
  const root = await tempRoot();
  await rm(root, { recursive: true });
  const run = await runCli(root, "import", await writeTable(name, text));
  expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(reason) });
  await expect(readdir(root)).rejects.toThrow("ENOENT");
});

test("a dry run finds faulty rows and records nothing, beside a living writer too", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  const good = await runCli(root, "import", "--dry-run", await writeTable("table.csv", EACH_STATE));
  expect(good).toMatchObject({ code: 0, stdout: "5 rows: 5 importable, 0 lines recorded\n" });
  const bad = await runCli(root, "import", "--dry-run", await writeTable("table.jsonl", '{"id":1}\n{'));
  expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining("jsonl:2: not JSON, or cut off") });
  await recorder.close();
  expect(await readdir(join(root, "users")).catch(() => [])).toEqual([]);
});

test("an import that was killed is finished by the next run, and nothing is doubled", async () => {
  const root = await tempRoot();
  const rows = 6_000;
  const path = await writeTable("table.csv", endedSessions(rows));
  const cut = startCli(root, ["import", "--json", path]);
  // Unread, the results fill the pipe, so the import cannot end before it is killed.
  await once(cut.stdout!, "readable");
  cut.kill("SIGKILL");
  cut.stdout!.resume();
  expect((await ended(cut)).signal).toBe("SIGKILL");

  const { code, stdout } = await runCli(root, "import", "--json", path);
  const { summary } = parseLines(stdout).at(-1) as { summary: { imported: number; unchanged: number } };
  expect(code).toBe(0);
  expect(summary.imported).toBeGreaterThan(0);
  expect(summary.unchanged).toBeGreaterThan(0);
  expect(summary.imported + summary.unchanged).toBe(rows);
  const verified = await runCli(root, "verify");
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${rows} logs, ${2 * rows} lines`),
  });
});
