import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Pattern {
  readonly text: string;
  readonly matches: RegExp;
  readonly lets_in: boolean;
}

/** The files of a folder that a build sees: all but what `.dockerignore` leaves out, relative to the folder. */
export function contextFiles(folder: string): string[] {
  const patterns = patternsOf(readFileSync(join(folder, ".dockerignore"), "utf8"));
  const walk = (below: string): string[] =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const is_left_out = isLeftOut(patterns, path);
      if (!entry.isDirectory()) return is_left_out ? [] : [path];
      return is_left_out && !mayLetIn(patterns, path) ? [] : walk(path);
    });
  return walk("").sort();
}

/** The last pattern that matches a path, or a folder that it is in, says what becomes of it. */
function isLeftOut(patterns: readonly Pattern[], path: string): boolean {
  const last = patterns.findLast(({ matches }) => matches.test(path));
  return last !== undefined && !last.lets_in;
}

/** Whether something in a folder that is left out is let in all the same. */
function mayLetIn(patterns: readonly Pattern[], folder: string): boolean {
  return patterns.some(({ text, lets_in }) => lets_in && text.startsWith(`${folder}/`));
}

function patternsOf(text: string): Pattern[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const pattern = line.replace(/^!/, "");
      return { text: pattern, matches: toRegExp(pattern), lets_in: line.startsWith("!") };
    });
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*)/).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}(?:/|$)`);
}
