import { existsSync, globSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { readConfig, VARIABLE_NAMES } from "@session-ledger/server";
import { expect, test } from "vitest";
import { anchorsOf, relativeLinksOf, sectionsOf } from "./markdown.ts";
import { pagesOf, ROOT, readPage } from "./repository_pages.ts";

/** The links of a page that lead nowhere: to no file, or to no heading of one. */
function brokenLinks(path: string, page: string): string[] {
  return relativeLinksOf(page).filter((link) => {
    const [file = "", anchor] = link.split("#", 2);
    const target = file === "" ? path : relative(ROOT, join(ROOT, dirname(path), file));
    if (target.startsWith("..") || !existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(file === "" ? page : readPage(target)).has(anchor);
  });
}

/** The rows of the README's guarantees: the test file and the name of the test. */
function guarantees(): { file: string; name: string }[] {
  const section = sectionsOf(readPage("README.md"), 2).get("Guarantees") ?? "";
  const rows = [...section.matchAll(/^\|[^|]+\| \[[^\]]+\]\(([^)]+)\) \| ([^|]+) \|$/gm)];
  return rows.map(([, file, name]) => ({ file: file!, name: name! }));
}

test.each(pagesOf(ROOT))("every relative link of %s leads somewhere", (path) => {
  expect(brokenLinks(path, readPage(path))).toEqual([]);
});

test("a link to a missing file, to a missing heading or out of the repository is broken", () => {
  const page =
    "# One\n[a](missing.md) [b](#two) [c](../elsewhere.md) [d](#one) [e](README.md) [f](https://a.b)";
  expect(brokenLinks("README.md", page)).toEqual(["missing.md", "#two", "../elsewhere.md"]);
});

test("every guarantee of the README names a test that is there", () => {
  const rows = guarantees();
  expect(rows.length).toBeGreaterThanOrEqual(15);
  const missing = rows.filter(
    ({ file, name }) => !file.endsWith(".test.ts") || !readPage(file).includes(`("${name}"`),
  );
  expect(missing).toEqual([]);
});

test("every package and app has its place in ARCHITECTURE.md", () => {
  const page = readPage("ARCHITECTURE.md");
  const names = globSync(["apps/*/package.json", "packages/*/package.json"], { cwd: ROOT }).map(dirname);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test("every decision is listed on the page of decisions", () => {
  const linked = new Set(relativeLinksOf(readPage("docs/adr/README.md")));
  const decisions = pagesOf(ROOT).filter((path) => /^docs\/adr\/\d/.test(path));
  expect(decisions.length).toBeGreaterThan(0);
  expect(decisions.filter((path) => !linked.has(relative("docs/adr", path)))).toEqual([]);
});

test("the README's table of variables has every variable, at its default if it has one", () => {
  const section = sectionsOf(readPage("README.md"), 2).get("Configuration") ?? "";
  const rows = [...section.matchAll(/^\| `([A-Z0-9_]+)` \| (?:`([^`]*)`|none) \|/gm)];
  const told = Object.fromEntries(rows.map(([, name, value]) => [name, value]));
  expect(Object.keys(told).toSorted()).toEqual(VARIABLE_NAMES.toSorted());
  const { log_root, ...defaults } = readConfig({});
  const expected = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
  expect(told).toEqual({ ...expected, LOG_ROOT: basename(log_root) });
});
