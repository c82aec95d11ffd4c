import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findStaleFiles, generatedFiles, writeGeneratedFiles } from "../../scripts/generate.ts";

const ROOT = join(import.meta.dirname, "../..");

test("the generated files in the tree are what the contract says now (if not: pnpm run generate)", () => {
  expect(findStaleFiles(ROOT)).toEqual([]);
});

describe("in a tree of its own", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "generated-files-"));
    mkdirSync(join(root, "schemas/fixtures"), { recursive: true });
    writeGeneratedFiles(root);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  test("what was just written is not stale, and fixtures are no schemas", () => {
    expect(findStaleFiles(root)).toEqual([]);
  });

  test.each([...generatedFiles().keys()])("one more byte in %s is found", (path) => {
    appendFileSync(join(root, path), " ");
    expect(findStaleFiles(root)).toEqual([{ path, problem: "differs" }]);
  });

  test("a file that was not generated is found", () => {
    rmSync(join(root, "docs/errors.md"));
    expect(findStaleFiles(root)).toEqual([{ path: "docs/errors.md", problem: "missing" }]);
  });

  test("a schema that the contract no longer has is found, and removed by the next run", () => {
    writeFileSync(join(root, "schemas/forgotten.json"), "{}\n");
    expect(findStaleFiles(root)).toEqual([{ path: "schemas/forgotten.json", problem: "extra" }]);
    writeGeneratedFiles(root);
    expect(findStaleFiles(root)).toEqual([]);
  });
});
