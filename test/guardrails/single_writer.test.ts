import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { singleWriterViolations } from "./single_writer.ts";
import { readSourceFiles, SOURCE_FOLDERS } from "./source_file.ts";

const ROOT = join(import.meta.dirname, "../..");

test("in the tree only the recorder can write files", () => {
  const files = readSourceFiles(ROOT, SOURCE_FOLDERS);
  expect(files.length).toBeGreaterThan(100);
  expect(singleWriterViolations(files)).toEqual([]);
});

test("the recorder is seen to write, so the search finds what it looks for", () => {
  const files = readSourceFiles(ROOT, ["packages/schema_recorder/src"]);
  const moved = files.map(({ path, text }) => ({ path: path.replace("schema_recorder", "moved"), text }));
  const problems = singleWriterViolations(moved).map(({ problem }) => problem);
  for (const name of ["mkdir", "open", "rename", "rmdir", "unlink"]) {
    expect(problems).toContain(`takes ${name} from fs/promises`);
  }
  expect(problems).toContain("takes DatabaseSync from sqlite");
});

/** The problems of one file. */
function problemsIn(path: string, text: string): string[] {
  return singleWriterViolations([{ path, text }]).map(({ line, problem }) => `${line}: ${problem}`);
}

describe("outside the recorder", () => {
  test.each([
    ['import { writeFile } from "node:fs/promises";', "takes writeFile from fs/promises"],
    ['import { watch, appendFileSync as read } from "fs";', "takes appendFileSync from fs"],
    ['import { mkdir } from "node:fs/promises";', "takes mkdir from fs/promises"],
    ['import { open } from "node:fs/promises";', "takes open from fs/promises"],
    ['import { promises } from "node:fs";', "takes promises from fs"],
    ['import fs from "node:fs";', "takes default from fs"],
    ['import * as fs from "node:fs";', "takes * from fs"],
    ['export { rm } from "node:fs/promises";', "takes rm from fs/promises"],
    ['export * from "node:fs";', "takes * from fs"],
    ['import fs = require("node:fs");', "takes * from fs"],
    ['const { rm } = await import("node:fs/promises");', "takes * from fs/promises"],
    ['const fs = process.getBuiltinModule("node:fs");', "takes * from fs"],
    ['const fs = globalThis["process"]["getBuiltinModule"]("fs");', "takes * from fs"],
    ['const fs = await import("node:" + "fs");', "loads a module whose name is known only at run time"],
    ["const fs = await import(name);", "loads a module whose name is known only at run time"],
    ['import { DatabaseSync } from "node:sqlite";', "takes DatabaseSync from sqlite"],
    ['import { spawn } from "node:child_process";', "takes spawn from child_process"],
    ['import { createRequire } from "node:module";', "takes createRequire from module"],
    ['import { Worker } from "node:worker_threads";', "takes Worker from worker_threads"],
    ['import { lock } from "proper-lockfile";', "takes lock from proper-lockfile"],
    ['import { nodeDisk } from "@session-ledger/schema_recorder";', "takes nodeDisk from the recorder"],
    ['import * as recorder from "@session-ledger/schema_recorder";', "takes * from the recorder"],
  ])("%s is caught", (text, problem) => {
    expect(problemsIn("apps/cli/src/plant.ts", `\n${text}\n`)).toEqual([`2: ${problem}`]);
  });

  test("a stream for reading that opens with flags is caught", () => {
    const text = 'import { createReadStream } from "node:fs";\ncreateReadStream(path, { flags: "w+" });\n';
    expect(problemsIn("apps/cli/src/plant.ts", text)).toEqual(["2: opens with flags"]);
  });

  test("each app takes of fs what is on its own list", () => {
    const made = 'import { mkdir } from "node:fs/promises";\n';
    const read = 'import { readdir, stat } from "node:fs/promises";\n';
    expect(problemsIn("apps/session_manager/src/folders.ts", made)).toEqual([]);
    expect(problemsIn("apps/session_manager/src/folders.ts", read)).toHaveLength(2);
    expect(problemsIn("apps/cli/src/folders.ts", read)).toEqual([]);
    expect(problemsIn("apps/server/src/folders.ts", read)).toHaveLength(2);
    expect(problemsIn("packages/http_api/src/folders.ts", made)).toHaveLength(1);
  });

  test.each([
    'import type { FileHandle } from "node:fs/promises";',
    'import { type WriteStream, watch } from "node:fs";',
    'import { openRecorder } from "@session-ledger/schema_recorder";',
    'import { join } from "node:path";',
    '// import { writeFile } from "node:fs/promises";',
    "const text = 'import { writeFile } from \"node:fs/promises\";';",
  ])("%s is let through", (text) => {
    expect(problemsIn("apps/cli/src/plant.ts", text)).toEqual([]);
  });
});
