// `session_domain` gives the same answer for the same input, wherever and whenever it is asked: no I/O, no clock, no
// randomness. Which modules it may import is a matter of the import policy; here are the globals it may not reach.
import { isIn, isTest, type SourceFile } from "./source_file.ts";
import { lineAt, nameOf, nodesOf, type PlacedNode, type SyntaxNode } from "./syntax.ts";
import type { Violation } from "./violation.ts";

const DOMAIN = "packages/session_domain";

const IMPURE_GLOBALS = new Set([
  "Function",
  "Temporal",
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "eval",
  "fetch",
  "global",
  "globalThis",
  "navigator",
  "performance",
  "process",
  "queueMicrotask",
  "require",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

const PURE_DATE_MEMBERS = new Set(["UTC", "parse"]);

/** Every place where the domain reaches for the world, the clock or chance. */
export function domainPurityViolations(files: readonly SourceFile[]): Violation[] {
  return files.filter(({ path }) => isIn(path, DOMAIN) && !isTest(path)).flatMap(impureUses);
}

function impureUses(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  for (const placed of nodesOf(file)) {
    const name = usedName(placed);
    if (name === undefined || !isImpure(name, placed)) continue;
    found.push({ path: file.path, line: lineAt(file.text, placed.node.start), problem: `uses ${name}` });
  }
  return found;
}

/** The name of an identifier that stands for a value; a member or a type of that name is another thing. */
function usedName({ node, parent, member }: PlacedNode): string | undefined {
  if (node.type !== "Identifier" || parent === undefined) return undefined;
  const named_only = ["property", "key", "imported"].includes(member) && parent["computed"] !== true;
  return named_only || parent.type.startsWith("TSType") ? undefined : nameOf(node);
}

/** `Date` and `Math` are impure unless they are used in a way that is known to be pure. */
function isImpure(name: string, { node, parent }: PlacedNode): boolean {
  switch (name) {
    case "Date":
      return !(isDateOfGivenTime(node, parent) || PURE_DATE_MEMBERS.has(memberOf(node, parent) ?? ""));
    case "Math":
      return ["random", undefined].includes(memberOf(node, parent));
    default:
      return IMPURE_GLOBALS.has(name);
  }
}

function isDateOfGivenTime(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent?.type === "BinaryExpression") return parent["operator"] === "instanceof";
  if (parent?.type !== "NewExpression" || parent["callee"] !== node) return false;
  const [time] = parent["arguments"] as readonly SyntaxNode[];
  return time !== undefined && time.type !== "SpreadElement";
}

function memberOf(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  if (parent?.type !== "MemberExpression" || parent["object"] !== node || parent["computed"] === true) {
    return undefined;
  }
  return nameOf(parent["property"]);
}
