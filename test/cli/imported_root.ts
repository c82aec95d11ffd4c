import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { runCli } from "./session_ledger.ts";
import { EACH_STATE } from "./session_table.ts";

/**
 * Imports one session in each state, once for the test file that calls this, and gives a function that makes a log
 * root of its own from what the import left. A process for each test would be most of what the file costs.
 */
export function importedRoots(): () => Promise<string> {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "session-ledger-"));
    const table = join(folder, "table.csv");
    await writeFile(table, EACH_STATE);
    expect(await runCli(join(folder, "logs"), "import", table)).toMatchObject({ code: 0 });
    return () => rm(folder, { recursive: true });
  });
  return async () => {
    const root = await tempRoot();
    await cp(join(folder, "logs"), root, { recursive: true });
    return root;
  };
}
