import type { SourceFile } from "./source_file.ts";
import { isNode, lineAt, nameOf, nodesOf, type SyntaxNode } from "./syntax.ts";

/** One place where a file takes something from another module. */
export interface ModuleImport {
  /** As it is written; undefined where it is only known at run time. */
  readonly specifier: string | undefined;
  /** The values that are taken; `*` is the whole module. Types are left out, as nothing of them runs. */
  readonly names: readonly string[];
  readonly line: number;
}

/** Everything that a file takes from other modules: imports, re-exports, and the calls that load a module. */
export function importsOf(file: SourceFile): ModuleImport[] {
  const found: ModuleImport[] = [];
  for (const { node } of nodesOf(file)) {
    const taken = takenBy(node);
    if (taken !== undefined) found.push({ ...taken, line: lineAt(file.text, node.start) });
  }
  return found;
}

function takenBy(node: SyntaxNode): Omit<ModuleImport, "line"> | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
      if (!isNode(node["source"])) return undefined;
      return { specifier: literal(node["source"]), names: valueNames(node) };
    case "ExportAllDeclaration":
      return { specifier: literal(node["source"]), names: isTypeOnly(node) ? [] : ["*"] };
    case "ImportExpression":
      return { specifier: literal(node["source"]), names: ["*"] };
    case "TSImportType":
      return { specifier: literal(node["source"]), names: [] };
    case "TSExternalModuleReference":
      return { specifier: literal(node["expression"]), names: ["*"] };
    case "CallExpression":
      return isLoader(node["callee"])
        ? { specifier: literal((node["arguments"] as readonly unknown[])[0]), names: ["*"] }
        : undefined;
    default:
      return undefined;
  }
}

function valueNames(declaration: SyntaxNode): string[] {
  if (isTypeOnly(declaration)) return [];
  const specifiers = declaration["specifiers"] as readonly SyntaxNode[];
  if (specifiers.length === 0) return ["*"];
  return specifiers.filter((specifier) => !isTypeOnly(specifier)).map(takenName);
}

function takenName(specifier: SyntaxNode): string {
  switch (specifier.type) {
    case "ImportNamespaceSpecifier":
      return "*";
    case "ImportDefaultSpecifier":
      return "default";
    default:
      return nameOf(specifier["imported"] ?? specifier["local"]) ?? "*";
  }
}

function isTypeOnly(node: SyntaxNode): boolean {
  return node["importKind"] === "type" || node["exportKind"] === "type";
}

/** `require(...)` and `process.getBuiltinModule(...)`, however the process is reached. */
function isLoader(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  const called = callee.type === "MemberExpression" ? callee["property"] : callee;
  return ["require", "getBuiltinModule"].includes(nameOf(called) ?? "");
}

/** What a module is named by; undefined where that is computed. */
function literal(source: unknown): string | undefined {
  return isNode(source) && source.type === "Literal" ? nameOf(source) : undefined;
}
