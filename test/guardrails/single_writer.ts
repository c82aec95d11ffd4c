// Only `schema_recorder` writes files. No code writes without first taking a function from a module, so the policy
// looks at what is taken: from `fs`, the names on a list for each folder and nothing else; nothing at all from the
// modules through which a file can be written without naming a write; from the recorder, not its bare disk.
// Writes through a library's own functions (a log file of pino's) are not seen; libraries are chosen, not slipped in.
import { importsOf, type ModuleImport } from "./module_import.ts";
import { isIn, isTest, type SourceFile } from "./source_file.ts";
import { lineAt, nameOf, nodesOf } from "./syntax.ts";
import type { Violation } from "./violation.ts";

const WRITER = "packages/schema_recorder";

/** The names of `fs` and `fs/promises` that a folder may take; one that is not listed may take none. */
const FS_NAMES: Readonly<Record<string, readonly string[]>> = {
  "apps/session_manager": ["mkdir"],
  // The server reads its file of keys.
  "apps/server": ["readFileSync", "statSync"],
  // The command reads folders that are not logs (an import's source), and waits for changes below the log root.
  "apps/cli": ["createReadStream", "readdir", "stat", "watch"],
};

/** Each can write files, or load or run what does. */
const WAYS_ROUND = new Set([
  "child_process",
  "cluster",
  "inspector",
  "inspector/promises",
  "module",
  "proper-lockfile",
  "repl",
  "sqlite",
  "v8",
  "vm",
  "wasi",
  "worker_threads",
]);

/** Every place where a file outside the recorder takes what it could write with. */
export function singleWriterViolations(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => !isIn(path, WRITER) && !isTest(path))
    .flatMap((file) => [...forbiddenImports(file), ...openingFlags(file)]);
}

function forbiddenImports(file: SourceFile): Violation[] {
  return importsOf(file).flatMap((taken) =>
    problemsOf(taken, file.path).map((problem) => ({ path: file.path, line: taken.line, problem })),
  );
}

function problemsOf(taken: ModuleImport, path: string): string[] {
  const { names } = taken;
  if (taken.specifier === undefined) return ["loads a module whose name is known only at run time"];
  const module = bareName(taken.specifier);
  if (isFs(module)) {
    const allowed = Object.entries(FS_NAMES).find(([folder]) => isIn(path, folder))?.[1] ?? [];
    return names.filter((name) => !allowed.includes(name)).map((name) => `takes ${name} from ${module}`);
  }
  if (module === "@session-ledger/schema_recorder") {
    return names
      .filter((name) => name === "nodeDisk" || name === "*")
      .map((name) => `takes ${name} from the recorder`);
  }
  return WAYS_ROUND.has(module) && names.length > 0 ? [`takes ${names.join(", ")} from ${module}`] : [];
}

/** `createReadStream(path, { flags: "w+" })` empties a file, so who reads files passes no flags at all. */
function openingFlags(file: SourceFile): Violation[] {
  if (!importsOf(file).some(({ specifier = "" }) => isFs(bareName(specifier)))) return [];
  const found: Violation[] = [];
  for (const { node, parent } of nodesOf(file)) {
    if (node.type !== "Property" || parent?.type !== "ObjectExpression") continue;
    if (!["flag", "flags"].includes(nameOf(node["key"]) ?? "")) continue;
    found.push({ path: file.path, line: lineAt(file.text, node.start), problem: "opens with flags" });
  }
  return found;
}

function isFs(module: string): boolean {
  return module === "fs" || module.startsWith("fs/");
}

function bareName(specifier: string): string {
  return specifier.replace(/^node:/, "");
}
