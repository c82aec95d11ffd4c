import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { runCli, UPSTREAM_LOGS } from "./session_ledger.ts";

/** Imported logs of which one is changed, one is torn, and one is shorter than it was. */
async function damagedRoot(): Promise<string> {
  const root = await tempRoot();
  expect((await runCli(root, "import", UPSTREAM_LOGS)).code).toBe(0);
  const { stdout } = await runCli(root, "replay", "--json");
  const files = stdout
    .trim()
    .split("\n")
    .map((row) => JSON.parse(row))
    .map(({ user_id, session_id }) => join(root, `users/${user_id}/sessions/${session_id}.jsonl`));
  const changed = await readFile(files[1]!);
  changed[200]! ^= 1;
  await writeFile(files[1]!, changed);
  await appendFile(files[4]!, '{"seq":');
  const cut = await readFile(files[7]!);
  await truncate(files[7]!, cut.lastIndexOf(0x0a, cut.length - 2) + 1);
  return root;
}

test("replay and verify give the same, faults and exit code included, however many workers read", async () => {
  const root = await damagedRoot();
  for (const args of [["replay"], ["replay", "--json", "--until", "2"], ["verify"], ["verify", "--json"]]) {
    const alone = await runCli(root, ...args, "--workers", "1");
    expect(alone).toMatchObject({ code: 1, stderr: "" });
    for (const workers of [["--workers", "3"], []]) {
      expect(await runCli(root, ...args, ...workers)).toMatchObject({ code: 1, stdout: alone.stdout });
    }
  }
  const faults = (await runCli(root, "verify", "--workers", "2")).stdout.match(/LOG_[A-Z]+/g);
  // The last is the log that was cut: it lacks lines, and ends inside a batch.
  expect(faults).toEqual(["LOG_CORRUPT", "LOG_TORN", "LOG_TRUNCATED", "LOG_TORN"]);
});

test("a number of workers that cannot be meant is a mistake on the command line", async () => {
  for (const workers of ["0", "65", "two", "1.5"]) {
    const run = await runCli(await tempRoot(), "verify", "--workers", workers);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("from 1 to 64");
  }
});
