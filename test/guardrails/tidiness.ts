import { isProduct, type SourceFile } from "./source_file.ts";
import { lineAt, nameOf, nodesOf, type PlacedNode, quotedText, type SyntaxNode } from "./syntax.ts";
import type { Violation } from "./violation.ts";

const FILE_LINES_MAX = 300;
const SNAKE_CASE = /^[a-z0-9]+(_[a-z0-9]+)*$/;
const TEST_FUNCTIONS = new Set(["bench", "describe", "it", "suite", "test"]);
const LEFT_OUT = new Set(["only", "skip", "todo"]);

/** Every place where a file is untidy: too long, misnamed, with a default export, or with something left for later. */
export function tidinessViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => [
    ...misnamed(file),
    ...tooLong(file),
    ...badSyntax(file),
    ...leftForLater(file),
  ]);
}

function misnamed({ path }: SourceFile): Violation[] {
  const parts = path.replace(/(\.test)?\.ts$/, "").split("/");
  if (parts.every((part) => SNAKE_CASE.test(part))) return [];
  return [{ path, line: 1, problem: "is not named in snake_case" }];
}

function tooLong({ path, text }: SourceFile): Violation[] {
  const lines = text.replace(/\n$/, "").split("\n").length;
  if (!isProduct(path) || lines <= FILE_LINES_MAX) return [];
  return [{ path, line: FILE_LINES_MAX + 1, problem: `has ${lines} lines: look for the second noun` }];
}

function badSyntax(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  for (const placed of nodesOf(file)) {
    const problem = isDefaultExport(placed) ? "exports a default" : leftOutTest(placed.node);
    if (problem === undefined) continue;
    found.push({ path: file.path, line: lineAt(file.text, placed.node.start), problem });
  }
  return found;
}

function isDefaultExport({ node }: PlacedNode): boolean {
  if (node.type === "ExportDefaultDeclaration" || node.type === "TSExportAssignment") return true;
  return node.type === "ExportSpecifier" && nameOf(node["exported"]) === "default";
}

/** `test.only`, also at the end of a chain such as `describe.concurrent.skip`. */
function leftOutTest(node: SyntaxNode): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const member = nameOf(node["property"]) ?? "";
  return LEFT_OUT.has(member) && TEST_FUNCTIONS.has(chainStart(node) ?? "")
    ? `leaves tests out by .${member}`
    : undefined;
}

function chainStart(node: SyntaxNode): string | undefined {
  let start = node;
  while (start.type === "MemberExpression") start = start["object"] as SyntaxNode;
  return nameOf(start);
}

/** Strings are left out, so that a test may quote what it looks for. */
function leftForLater(file: SourceFile): Violation[] {
  const words = [...file.text.matchAll(/\b(TODO|FIXME)\b/g)];
  if (words.length === 0) return [];
  const quoted = [...nodesOf(file)].map(({ node }) => node).filter((node) => quotedText(node) !== undefined);
  return words
    .filter(({ index }) => !quoted.some(({ start, end }) => start <= index && index < end))
    .map(({ 0: word, index }) => ({
      path: file.path,
      line: lineAt(file.text, index),
      problem: `says ${word}`,
    }));
}
