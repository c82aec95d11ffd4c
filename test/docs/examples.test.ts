import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { type Fence, fencesOf } from "./markdown.ts";
import { ROOT, readPage } from "./repository_pages.ts";

const run = promisify(execFile);

const PAGES = ["README.md", "docs/clients.md"];

/** Where the pages say that the server answers. */
const PAGES_URL = "http://localhost:3000";

/** The programs of a page, each with what the page says that it prints. */
function examplesOf(page: string): { program: string; output: string }[] {
  const fences = fencesOf(page);
  return fences.flatMap((fence, at) => {
    const next: Fence | undefined = fences[at + 1];
    if (!fence.marks.includes("example")) return [];
    if (fence.info !== "ts" || next?.info !== "text") throw new Error(`This is no example: ${fence.text}`);
    return [{ program: fence.text, output: next.text }];
  });
}

test.each(PAGES)("the programs of %s print what the page shows", async (path) => {
  const examples = examplesOf(readPage(path));
  expect(examples.length).toBeGreaterThan(0);
  const ledger = await LedgerUnderTest.started();
  onTestFinished(() => ledger.remove());
  for (const { program, output } of examples) {
    const text = program.replaceAll(PAGES_URL, ledger.url);
    const options = { cwd: ROOT, env: { PATH: process.env["PATH"] } };
    const { stdout } = await run(
      process.execPath,
      ["--input-type=module-typescript", "--eval", text],
      options,
    );
    expect(stdout.trimEnd()).toBe(output);
  }
});
