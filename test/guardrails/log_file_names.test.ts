import { join } from "node:path";
import { expect, test } from "vitest";
import { logFileNameViolations } from "./log_file_names.ts";
import { readSourceFiles, SOURCE_FOLDERS } from "./source_file.ts";

const ROOT = join(import.meta.dirname, "../..");
const PLANTS = ["apps/session_manager/src/routes/plant.ts", "apps/anonymous_sessions/src/plant.ts"];

test("in the tree no face names a log file", () => {
  const files = readSourceFiles(ROOT, SOURCE_FOLDERS);
  for (const [folder, files_min] of [
    ["apps/session_manager/", 10],
    ["apps/anonymous_sessions/", 5],
  ] as const) {
    expect(files.filter(({ path }) => path.startsWith(folder)).length).toBeGreaterThan(files_min);
  }
  expect(logFileNameViolations(files)).toEqual([]);
});

test.each([
  'const name = id + ".jsonl";',
  `const name = \`users/\${user}/sessions/\${id}.jsonl\`;`,
  'const name = [id, "jsonl"].join(".");',
  "const is_log = /\\.jsonl$/.test(name);",
  'import { log } from "./log.jsonl";',
])("%s is caught", (text) => {
  for (const path of PLANTS) {
    expect(logFileNameViolations([{ path, text: `\n${text}` }])).toEqual([
      { path, line: 2, problem: "names a .jsonl file" },
    ]);
  }
});

test("a comment, and a name in code, are let through", () => {
  const text = "// The recorder keeps it in <session_id>.jsonl.\nconst jsonlRecorder = openRecorder();\n";
  expect(logFileNameViolations(PLANTS.map((path) => ({ path, text })))).toEqual([]);
});

test("its tests and the rest of the house may name one", () => {
  const text = 'const name = "sess_1.jsonl";';
  const paths = ["apps/session_manager/src/files.test.ts", "packages/schema_recorder/src/log_paths.ts"];
  expect(logFileNameViolations(paths.map((path) => ({ path, text })))).toEqual([]);
});
