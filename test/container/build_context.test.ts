import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../docs/repository_pages.ts";
import { tempRoot } from "../support/temp_root.ts";
import { contextFiles } from "./build_context.ts";

async function folderWith(ignored: string, files: readonly string[]): Promise<string> {
  const folder = await tempRoot();
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "");
  }
  await writeFile(join(folder, ".dockerignore"), ignored);
  return folder;
}

test("the last pattern that matches a file or its folder decides", async () => {
  const folder = await folderWith("*\n!a\n**/skip\n*.txt\n!b/c/kept.txt\n", [
    "a/one.ts",
    "a/skip/two.ts",
    "a/three.txt",
    "b/c/kept.txt",
    "b/other.ts",
    "four.txt",
  ]);
  expect(contextFiles(folder)).toEqual(["a/one.ts", "a/three.txt", "b/c/kept.txt"]);
});

test("a build sees no logs, no keys, no tests and nothing that was installed", () => {
  const files = contextFiles(ROOT);
  expect(files).toContain("apps/server/src/main.ts");
  const unwanted = /^(?:logs|test|docs|\.|bench)|node_modules|\.test\.ts$|key/;
  expect(
    files.filter((file) => unwanted.test(file) && !file.startsWith("packages/") && !file.startsWith("apps/")),
  ).toEqual([]);
  expect(files.filter((file) => /node_modules|\.test\.ts$|\/test_/.test(file))).toEqual([]);
});
