import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startChatEndpoint } from "../clients/chat_endpoint.ts";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { tempRoot } from "../support/temp_root.ts";
import { type Fence, fencesOf } from "./markdown.ts";
import { ROOT, readPage } from "./repository_pages.ts";

const run = promisify(execFile);

const PAGES = ["README.md", "docs/clients.md"];

/** Where the pages say that the server answers, and that a model does. */
const SERVER_URL = "http://localhost:3000";
const MODEL_URL = "http://localhost:11434/v1";

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
  const model_url = await startChatEndpoint();
  // A folder where the packages are found, and where what a program writes is removed.
  const cwd = await tempRoot();
  await symlink(join(ROOT, "node_modules"), join(cwd, "node_modules"));
  for (const { program, output } of examples) {
    const text = program.replaceAll(SERVER_URL, ledger.url).replaceAll(MODEL_URL, model_url);
    const file = join(cwd, "example.ts");
    await writeFile(file, text);
    const { stdout } = await run(process.execPath, [file], { cwd, env: { PATH: process.env["PATH"] } });
    expect(stdout.trimEnd()).toBe(output);
  }
});
