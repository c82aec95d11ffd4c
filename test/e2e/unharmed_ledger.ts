import { readdir } from "node:fs/promises";
import { expect } from "vitest";
import type { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs, logFileOf } from "./log_root_files.ts";

/**
 * Asserts that nothing stands outside the log root, that the log root holds what the design names and nothing else,
 * and that every log is whole lines which belong to the session that its path names.
 */
export async function expectNothingEscaped({ folder, log_root }: LedgerUnderTest): Promise<void> {
  expect(await readdir(folder)).toEqual(["logs"]);
  expect((await readdir(log_root)).sort()).toEqual([".ledger", "users"]);
  const paths = await readdir(`${log_root}/users`, { recursive: true, withFileTypes: true });
  const files = paths.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  expect(files.filter((name) => !/^sess_[0-9a-f]{16}\.jsonl$/.test(name))).toEqual([]);
  for (const [path, lines] of await allLogs(log_root)) {
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
    for (const { event } of lines) {
      const names = { user_id: String(event["user_id"]), session_id: String(event["session_id"]) };
      expect(logFileOf(names)).toBe(path);
    }
  }
}
