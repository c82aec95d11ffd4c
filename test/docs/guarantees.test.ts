// docs/guarantees.md names the test that shows each guarantee: by a link to its file, by the file's name alone once the
// page has linked it, as `the same file` as in the row before, or as `the same` test. A title follows after a colon, and
// `…` stands in it for what varies or is left out; no title means the whole file.
import { globSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { relativeLinksOf } from "./markdown.ts";
import { ROOT, readPage } from "./repository_pages.ts";

const PAGE = "docs/guarantees.md";
const GUARANTEES_MIN = 40;
/** The suite that a file runs has its tests in a package. */
const SUITE = "@session-ledger/recorder_conformance";
const SUITE_FILES = "packages/recorder_conformance/src/**/*.ts";

const ROW = /^\| (?<guarantee>[^|]+) \| (?<shown>[^|]+) \| [^|]*\|$/gm;
const SHOWN =
  /^(?:\[[^\]]+\]\((?<link>[^)]+)\)|(?<name>\w+\.test\.ts)|the same file)(?:: (?<title>.+?))?(?: \(`.+\))?$/;

/** The guarantees of a page, each with what it says shows it. */
function rowsOf(page: string): { guarantee: string; shown: string }[] {
  const rows = [...page.matchAll(ROW)].map(({ groups }) => ({
    guarantee: groups!["guarantee"]!,
    shown: groups!["shown"]!,
  }));
  return rows.filter(({ shown }) => shown !== "test" && !/^the same(,|$)/.test(shown));
}

/** The guarantees of which the page names no test that is there. */
function unshown(page: string): string[] {
  const linked = new Map(relativeLinksOf(page).map((link) => [posix.basename(link), link]));
  let target: string | undefined;
  const isShown = (shown: string): boolean => {
    const named = SHOWN.exec(shown);
    const { link, name, title = "" } = named?.groups ?? {};
    if (named === null) target = undefined;
    else if (link !== undefined || name !== undefined) target = link ?? linked.get(name!);
    return target !== undefined && holdsTest(posix.join(posix.dirname(PAGE), target), title);
  };
  return rowsOf(page)
    .filter(({ shown }) => !isShown(shown))
    .map(({ guarantee }) => guarantee);
}

function holdsTest(path: string, title: string): boolean {
  if (!path.endsWith(".test.ts")) return false;
  const source = readPage(path);
  const suite = source.includes(SUITE) ? globSync(SUITE_FILES, { cwd: ROOT }).map(readPage) : [];
  const words = title.split("…").map((part) => RegExp.escape(part));
  const quoted = new RegExp(`(["\`])${words.join(".*")}\\1`);
  return title === "" || [source, ...suite].some((text) => quoted.test(text));
}

test("every guarantee names a test that is there", () => {
  const page = readPage(PAGE);
  expect(rowsOf(page).length + page.split("| the same |").length).toBeGreaterThanOrEqual(GUARANTEES_MIN);
  expect(unshown(page)).toEqual([]);
});

test("a guarantee whose test has another title, whose file is not linked, or that names no test, is found", () => {
  const page = [
    "| guarantee | test | fault |",
    "| sound | [one](../test/docs/guarantees.test.ts): every guarantee … is there | |",
    "| sound too | guarantees.test.ts: every guarantee names a test that is there (`A=1` runs it) | *built in* |",
    "| sound as well | the same file: every guarantee … | |",
    "| renamed | guarantees.test.ts: every guarantee names a trial … | |",
    "| cut short | guarantees.test.ts: every guarantee names | |",
    "| renamed there | the same file: every trial … | |",
    "| not linked | pages.test.ts | |",
    "| no test | [page](guarantees.md) | |",
    "| words | a careful review | |",
  ].join("\n");
  expect(unshown(page)).toEqual(["renamed", "cut short", "renamed there", "not linked", "no test", "words"]);
});
