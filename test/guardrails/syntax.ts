// The syntax tree of a source file, read by the parser that vitest brings (Oxc, through Vite). A tree, unlike a
// search through the text, tells a call from a comment or a string that speaks of one. TypeScript 7 has no stable
// API in JavaScript, and the TypeScript 6 that dependency-cruiser brings can be had only without its types.
import { parseAst } from "vitest/node";
import type { SourceFile } from "./source_file.ts";

/** A node of the tree, as ESTree and typescript-eslint name them. `start` and `end` are places in the text. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** A node, and the member of its parent that holds it. */
export interface PlacedNode {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | undefined;
  readonly member: string;
}

/**
 * Every node of a file, parents first.
 * @throws an error that names the file, if it is not TypeScript
 */
export function* nodesOf({ path, text }: SourceFile): Generator<PlacedNode> {
  yield* descend(parseAst(text, { lang: "ts" }, path), undefined, "");
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The name of an identifier, or the value of a string; undefined for any other node. */
export function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Identifier") return String(value["name"]);
  return value.type === "Literal" && typeof value["value"] === "string" ? value["value"] : undefined;
}

/** What a node says as a string, a part of a template, or a regular expression; undefined for any other node. */
export function quotedText(node: SyntaxNode): string | undefined {
  if (node.type === "TemplateElement") return (node["value"] as { readonly raw: string }).raw;
  if (node.type !== "Literal") return undefined;
  if (typeof node["value"] === "string") return node["value"];
  return (node["regex"] as { readonly pattern: string } | undefined)?.pattern;
}

/** The line of a place in a text, counted from 1. */
export function lineAt(text: string, place: number): number {
  return text.slice(0, place).split("\n").length;
}

function* descend(value: unknown, parent: SyntaxNode | undefined, member: string): Generator<PlacedNode> {
  if (Array.isArray(value)) {
    for (const each of value) yield* descend(each, parent, member);
  } else if (isNode(value)) {
    yield { node: value, parent, member };
    for (const [name, child] of Object.entries(value)) yield* descend(child, value, name);
  }
}
