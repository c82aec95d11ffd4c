import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSourceFiles, SOURCE_FOLDERS } from "./source_file.ts";
import { tidinessViolations } from "./tidiness.ts";

const ROOT = join(import.meta.dirname, "../..");
const PRODUCT = "apps/chat/src/plant.ts";
const TEST = "apps/chat/src/plant.test.ts";

test("the tree is tidy", () => {
  const files = readSourceFiles(ROOT, [...SOURCE_FOLDERS, "test"]);
  expect(files.length).toBeGreaterThan(100);
  expect(tidinessViolations(files)).toEqual([]);
});

function problemsIn(path: string, text: string): string[] {
  return tidinessViolations([{ path, text }]).map(({ line, problem }) => `${line}: ${problem}`);
}

const lines = (count: number): string => "export {};\n".repeat(count);

describe("a file", () => {
  test("of 300 lines is let through, of 301 caught, unless it is a test", () => {
    expect(problemsIn(PRODUCT, lines(300))).toEqual([]);
    expect(problemsIn(PRODUCT, lines(301))).toEqual(["301: has 301 lines: look for the second noun"]);
    expect(problemsIn(TEST, lines(301))).toEqual([]);
  });

  test.each([
    "apps/chat/src/chatHistory.ts",
    "apps/chat/src/chat-history.ts",
    "apps/chat/src/Chat.test.ts",
    "apps/chat/src/chat_.ts",
    "apps/chat/src/oldRoutes/chat.ts",
    "apps/chat/src/chat.spec.ts",
  ])("called %s is caught", (path) => {
    expect(problemsIn(path, "")).toEqual(["1: is not named in snake_case"]);
  });

  test.each([
    ["export default 1;", "exports a default"],
    ["const a = 1;\nexport { a as default };", "exports a default"],
    ['export { default } from "./other.ts";', "exports a default"],
    ["export = 1;", "exports a default"],
  ])("with %j is caught", (text, problem) => {
    expect(problemsIn(PRODUCT, text).map((each) => each.slice(3))).toEqual([problem]);
  });

  test.each([
    ['test.only("a", act);', "leaves tests out by .only"],
    ['describe.skip("a", act);', "leaves tests out by .skip"],
    ['it.todo("a");', "leaves tests out by .todo"],
    ['test.concurrent.only("a", act);', "leaves tests out by .only"],
    ['test.only.each([1])("a", act);', "leaves tests out by .only"],
    ['test["skip"]("a", act);', "leaves tests out by .skip"],
  ])("with %s is caught", (text, problem) => {
    expect(problemsIn(TEST, text)).toEqual([`1: ${problem}`]);
  });

  test.each(["TODO", "FIXME"])("that says %s is caught", (word) => {
    expect(problemsIn(PRODUCT, `\n// ${word}: later\n`)).toEqual([`2: says ${word}`]);
  });

  test.each([
    ["export const value = 1;", "a named export"],
    ['import express from "express";', "another's default"],
    ["list.skip(3);", "a skip that is no test's"],
    ['const words = ["TODO", /FIXME/];', "a quotation"],
    ["const todo_list = [];", "a longer word"],
  ])("with %j (%s) is let through", (text) => {
    expect(problemsIn(PRODUCT, text)).toEqual([]);
  });
});
