import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One TypeScript file as the guardrails see it: read from the tree, or made up by a test. */
export interface SourceFile {
  /** Relative to the root of the repository, with `/` between its parts. */
  readonly path: string;
  readonly text: string;
}

/** Where the source of apps and packages stands. */
export const SOURCE_FOLDERS = ["apps/*/src", "packages/*/src"] as const;

/** The folders with TypeScript beside the source of apps and packages. */
export const OTHER_FOLDERS = ["test", "scripts"] as const;

/** What a test file, or a file that only tests share, is called. A regular expression over paths. */
export const TEST_FILE = "(^|/)test_[^/]+\\.ts$|\\.test\\.ts$";

/** Whether a file is part of the product, and not of its tests. `recorder_conformance` is a suite of tests. */
export function isProduct(path: string): boolean {
  return /^(apps|packages)\//.test(path) && !isIn(path, "packages/recorder_conformance") && !isTest(path);
}

export function isTest(path: string): boolean {
  return new RegExp(TEST_FILE).test(path);
}

export function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** Every TypeScript file in the given folders (globs) below `root`, sorted by path. */
export function readSourceFiles(root: string, folders: readonly string[]): SourceFile[] {
  const paths = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  );
  return paths.sort().map((path) => ({
    path: path.replaceAll("\\", "/"),
    text: readFileSync(join(root, path), "utf8"),
  }));
}
