import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ListeningServer, startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { ROOT, readPage } from "./repository_pages.ts";
import { type Step, stepsOf, withoutChance } from "./transcript.ts";

const README = readPage("README.md");

/** Where the README says that the server answers. */
const README_ADDRESS = "localhost:3000";

const run = promisify(execFile);

/** An empty checkout as far as the README's commands see one: their scripts and fixtures, and no logs. */
async function emptyCheckout(): Promise<string> {
  const checkout = join(await tempRoot(), "checkout");
  await mkdir(checkout);
  for (const name of ["scripts", "test"]) await symlink(join(ROOT, name), join(checkout, name));
  return checkout;
}

/** Carries the steps out, and gives what each `run` printed. */
async function carryOut(steps: readonly Step[], checkout: string): Promise<string[]> {
  let listening: ListeningServer | undefined;
  const stop = async (): Promise<void> => {
    const exit = await listening?.server.stop();
    listening = undefined;
    expect(exit?.code ?? 0).toBe(0);
  };
  onTestFinished(async () => void (await listening?.server.kill()));
  const printed: string[] = [];
  let commands: string[] = [];
  /** One shell runs all commands between two acts, so that what they set lasts from block to block. */
  const flush = async (): Promise<void> => {
    const address = listening === undefined ? README_ADDRESS : new URL(listening.url).host;
    printed.push(...(await runInShell(commands, checkout, address)));
    commands = [];
  };
  for (const step of steps) {
    if (step.act === "run") {
      commands.push(step.commands);
      continue;
    }
    await flush();
    await stop();
    if (step.act === "start") listening = await startServer({ LOG_ROOT: join(checkout, "logs") });
  }
  await flush();
  await stop();
  return printed;
}

async function runInShell(blocks: readonly string[], checkout: string, address: string): Promise<string[]> {
  const outputs = blocks.map((_, at) => join(checkout, `../output_${at}`));
  const script = blocks.map((block, at) => `{\n${block}\n} >"${outputs[at]}"`).join("\n");
  const file = join(checkout, "../script.sh");
  await writeFile(file, `set -e\n${script.replaceAll(README_ADDRESS, address)}\n`);
  await run("sh", [file], { cwd: checkout, env: { PATH: process.env["PATH"] } });
  return Promise.all(outputs.map((output) => readFile(output, "utf8")));
}

test("the README's commands answer as the README shows", async () => {
  const steps = stepsOf(README);
  const shown = steps.filter((step) => step.act === "run").map(({ output }) => output);
  expect(shown.length).toBeGreaterThanOrEqual(9);

  const printed = await carryOut(steps, await emptyCheckout());

  const transcript = (outputs: readonly string[]) =>
    outputs.map((output) => output.trimEnd()).join("\n---\n");
  expect(withoutChance(transcript(printed))).toBe(withoutChance(transcript(shown)));
});

describe("a transcript without chance", () => {
  const ids = ["0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10", "b7d4e0c6-2a95-4f38-8c61-5e0f9d7a3b24"] as const;

  test("is the same for other ids in the same places, and differs for the same ids in others", () => {
    const [a, b] = ids;
    expect(withoutChance(`${a} ${b} ${a}`)).toBe(withoutChance(`${b} ${a} ${b}`));
    expect(withoutChance(`${a} ${b} ${a}`)).not.toBe(withoutChance(`${a} ${b} ${b}`));
  });

  test("keeps every status, field and word", () => {
    expect(withoutChance("SESSION_PAUSED 409\n")).toBe("SESSION_PAUSED 409\n");
  });
});
