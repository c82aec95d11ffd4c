import { join } from "node:path";
import { expect, test } from "vitest";
import { logFileNameViolations } from "./log_file_names.ts";
import { readSourceFiles, SOURCE_FOLDERS } from "./source_file.ts";

const ROOT = join(import.meta.dirname, "../..");
const PLANT = "apps/session_manager/src/routes/plant.ts";

test("in the tree the session manager names no log file", () => {
  const files = readSourceFiles(ROOT, SOURCE_FOLDERS);
  expect(files.filter(({ path }) => path.startsWith("apps/session_manager/")).length).toBeGreaterThan(10);
  expect(logFileNameViolations(files)).toEqual([]);
});

test.each([
  'const name = id + ".jsonl";',
  `const name = \`users/\${user}/sessions/\${id}.jsonl\`;`,
  'const name = [id, "jsonl"].join(".");',
  "const is_log = /\\.jsonl$/.test(name);",
  'import { log } from "./log.jsonl";',
])("%s is caught", (text) => {
  expect(logFileNameViolations([{ path: PLANT, text: `\n${text}` }])).toEqual([
    { path: PLANT, line: 2, problem: "names a .jsonl file" },
  ]);
});

test("a comment, and a name in code, are let through", () => {
  const text = "// The recorder keeps it in <session_id>.jsonl.\nconst jsonlRecorder = openRecorder();\n";
  expect(logFileNameViolations([{ path: PLANT, text }])).toEqual([]);
});

test("its tests and the rest of the house may name one", () => {
  const text = 'const name = "sess_1.jsonl";';
  const paths = ["apps/session_manager/src/files.test.ts", "packages/schema_recorder/src/log_paths.ts"];
  expect(logFileNameViolations(paths.map((path) => ({ path, text })))).toEqual([]);
});
