// A face knows sessions, not files: where a log stands and what it is called is the recorder's alone. That it cannot
// open one follows from the single-writer policy, which leaves it nothing of `fs`, or nothing but `mkdir`.
import { isIn, isTest, type SourceFile } from "./source_file.ts";
import { lineAt, nodesOf, quotedText } from "./syntax.ts";
import type { Violation } from "./violation.ts";

const BLIND = ["apps/anonymous_sessions", "apps/session_manager"];

/** Every string, template and regular expression of a face that names a `.jsonl` file. */
export function logFileNameViolations(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => BLIND.some((folder) => isIn(path, folder)) && !isTest(path))
    .flatMap(namedLogFiles);
}

function namedLogFiles(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  for (const { node } of nodesOf(file)) {
    if (!/jsonl/i.test(quotedText(node) ?? "")) continue;
    const line = lineAt(file.text, node.start);
    found.push({ path: file.path, line, problem: "names a .jsonl file" });
  }
  return found;
}
