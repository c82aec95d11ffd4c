import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { parseLines, runCli, UPSTREAM_LOGS } from "./session_ledger.ts";
import { freshLog, upstreamFile } from "./upstream_root.ts";

const LOG = freshLog("elias01");
const FILE = upstreamFile(LOG);
const OTHER_FILE = "users/mira.k/sessions/sess_71c9d89c191c4b4b.jsonl";

/** A root whose one log lacks some bytes at its end, and where nothing but the logs is left to tell. */
async function tornRoot(bytes_missing: number): Promise<{ root: string; whole: Buffer }> {
  const root = await tempRoot();
  await runCli(root, "import", UPSTREAM_LOGS);
  const recorder = await openRecorder({ root });
  await recorder.append(LOG, [startedEvent(LOG)], { expected_seq: 0 });
  await recorder.append(LOG, [messageEvent(LOG)], { expected_seq: 1 });
  await recorder.close();
  const whole = await readFile(join(root, FILE));
  await truncate(join(root, FILE), whole.length - bytes_missing);
  await rm(join(root, ".ledger"), { recursive: true });
  return { root, whole };
}

test("a dry run lists what a repair would do, and changes nothing", async () => {
  const { root, whole } = await tornRoot(1);
  const run = await runCli(root, "repair", "--dry-run");
  expect(run.code).toBe(1);
  expect(run.stdout).toContain(`would repair: ${FILE}`);
  expect(run.stdout).toContain("1 repair to do");
  expect(await readFile(join(root, FILE))).toEqual(whole.subarray(0, -1));
});

test("a last line that lacks only its newline gets it", async () => {
  const { root, whole } = await tornRoot(1);
  const run = await runCli(root, "repair", "--json");
  expect(run.code).toBe(0);
  expect(parseLines(run.stdout)).toMatchObject([
    { file: FILE, action: "add_newline", bytes_cut: 0, done: true },
  ]);
  expect(await readFile(join(root, FILE))).toEqual(whole);
  expect((await runCli(root, "verify")).code).toBe(0);
});

test("a torn end is cut off and kept beside the log", async () => {
  const { root, whole } = await tornRoot(10);
  const run = await runCli(root, "repair", "--json");
  expect(run.code).toBe(0);
  const [repair] = parseLines(run.stdout);
  expect(repair).toMatchObject({ file: FILE, action: "cut", done: true });
  const kept = await readFile(join(root, String(repair!["kept_as"])));
  expect(Buffer.concat([await readFile(join(root, FILE)), kept])).toEqual(whole.subarray(0, -10));
  expect((await runCli(root, "verify")).code).toBe(0);
});

test("other damage is listed and left as it is", async () => {
  const { root } = await tornRoot(1);
  const damaged = (await readFile(join(root, OTHER_FILE), "utf8")).replace('"drink"', '"drank"');
  await writeFile(join(root, OTHER_FILE), damaged);
  const run = await runCli(root, "repair");
  expect(run.code).toBe(1);
  expect(run.stdout).toContain(`repaired: ${FILE}`);
  expect(run.stdout).toContain(`fault: ${OTHER_FILE}:`);
  expect(await readFile(join(root, OTHER_FILE), "utf8")).toBe(damaged);
  expect(await readdir(dirname(join(root, OTHER_FILE)))).toHaveLength(4);
});

test("a repair beside a living writer is refused, and a dry run finds nothing to do", async () => {
  const { root } = await tornRoot(0);
  const recorder = await openRecorder({ root });
  expect((await runCli(root, "repair")).code).toBe(3);
  expect(await runCli(root, "repair", "--dry-run")).toMatchObject({
    code: 0,
    stdout: "0 repairs to do, 0 faults left\n",
  });
  await recorder.close();
});
