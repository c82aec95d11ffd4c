import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** The folders whose pages are the project's own. */
const PAGES = ["*.md", "docs/**/*.md", "apps/**/*.md", "packages/**/*.md", "test/**/*.md"];

/** Every page of the repository, relative to its root. */
export function pagesOf(root: string): string[] {
  return globSync(PAGES, { cwd: root, exclude: (name) => name === "node_modules" }).sort();
}

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
