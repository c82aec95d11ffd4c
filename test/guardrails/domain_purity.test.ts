import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { domainPurityViolations } from "./domain_purity.ts";
import { readSourceFiles, SOURCE_FOLDERS } from "./source_file.ts";

const ROOT = join(import.meta.dirname, "../..");

test("in the tree session_domain has no clock, no randomness and no I/O", () => {
  const files = readSourceFiles(ROOT, SOURCE_FOLDERS);
  expect(files.filter(({ path }) => path.startsWith("packages/session_domain/")).length).toBeGreaterThan(4);
  expect(domainPurityViolations(files)).toEqual([]);
});

function problemsIn(text: string): string[] {
  return domainPurityViolations([{ path: "packages/session_domain/src/plant.ts", text }]).map(
    ({ problem }) => problem,
  );
}

describe("in session_domain", () => {
  test.each([
    ["Date.now();", "uses Date"],
    ["new Date();", "uses Date"],
    ["new Date(...parts);", "uses Date"],
    ["Date();", "uses Date"],
    ["const { now } = Date;", "uses Date"],
    ['Date["now"]();', "uses Date"],
    ["const clock = { Date };", "uses Date"],
    ["Math.random();", "uses Math"],
    ["const { random } = Math;", "uses Math"],
    ["crypto.randomUUID();", "uses crypto"],
    ["performance.now();", "uses performance"],
    ["process.env;", "uses process"],
    ["globalThis.process;", "uses globalThis"],
    ["setTimeout(work, 1);", "uses setTimeout"],
    ["await fetch(url);", "uses fetch"],
    ["console.log(1);", "uses console"],
  ])("%s is caught", (text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });

  test.each([
    "new Date(0);",
    "new Date(Date.UTC(2026, 10, 21));",
    "Date.parse(text);",
    "const time: Date = given;",
    "value instanceof Date;",
    "Math.max(1, 2);",
    "input.process;",
    "const row = { process: 1, crypto: 2 };",
    "interface Row { performance: number }",
    "// Date.now() is the caller's.",
    "const text = 'Date.now()';",
  ])("%s is let through", (text) => {
    expect(problemsIn(text)).toEqual([]);
  });
});
