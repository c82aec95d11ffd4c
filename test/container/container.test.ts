// The image, as far as it can be seen without an engine: the Dockerfile's steps in a plain folder, and what is run in
// the container run there.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT, readPage } from "../docs/repository_pages.ts";
import { tempRoot } from "../support/temp_root.ts";
import { stagesOf } from "./dockerfile.ts";
import { type BuiltImage, buildInPlainFolder } from "./plain_build.ts";

const HEALTHY_MS_MAX = 60_000;

/** A port that was free a moment ago: the health check asks at the port that the server was told. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}

function environmentOf(image: BuiltImage, port: string): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], ...image.environment, PORT: port };
}

/** The health check's exit code. */
async function health(image: BuiltImage, port: string): Promise<number | null> {
  const [program = "", ...words] = image.health_check;
  const child = execFile(program, words, { cwd: image.workdir, env: environmentOf(image, port) });
  const [code] = await once(child, "exit");
  return code;
}

async function becomesHealthy(image: BuiltImage, port: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + HEALTHY_MS_MAX;
  while ((await health(image, port)) !== 0) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
    if (performance.now() > deadline) throw new Error("The server did not become healthy.");
  }
}

/** Everything that stands in a folder, but for what is below these folders. Links are not followed. */
function filesBelow(folder: string, but: readonly string[]): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() && !but.includes(path) ? [path, ...filesBelow(path, but)] : [path];
  });
}

/** Puts a file of keys where the image looks for one. */
async function giveKey({ environment }: BuiltImage): Promise<void> {
  const file = environment["LEDGER_API_KEYS"]!;
  const digest = createHash("sha256").update(randomBytes(32)).digest("hex");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${digest} web service\n`, { mode: 0o600 });
}

/** Starts the image's command, as a container would. */
function startIn(image: BuiltImage, port: string): ChildProcess {
  const [program = "", ...words] = image.command;
  const server = spawn(program, words, {
    cwd: image.workdir,
    env: environmentOf(image, port),
    stdio: "ignore",
  });
  onTestFinished(() => void server.kill("SIGKILL"));
  return server;
}

test("the Dockerfile's steps give a server that becomes healthy, writes to its volume alone, and stops when told", {
  timeout: 180_000,
}, async () => {
  const image = await buildInPlainFolder(stagesOf(readPage("Dockerfile")), {
    context: ROOT,
    folder: await tempRoot(),
    toolchain: join(ROOT, ".toolchain"),
  });
  const [log_root = ""] = image.volumes;
  expect(image.environment["LOG_ROOT"]).toBe(log_root);
  expect(await readdir(log_root)).toEqual([]);
  const installed = await readdir(join(image.workdir, "node_modules/.pnpm"));
  expect(installed.some((name) => name.startsWith("express@"))).toBe(true);
  expect(installed.filter((name) => /^(?:vitest|typescript|fast-check|@biomejs)@?/.test(name))).toEqual([]);

  const port = await freePort();
  expect(await health(image, port)).toBe(1);
  // The server answers anywhere in there, so it does not start before somebody said who may ask.
  expect(await once(startIn(image, port), "exit")).toEqual([2, null]);
  await giveKey(image);

  const but_changing = [log_root, join(image.workdir, "node_modules/.pnpm")];
  const files = filesBelow(image.root, but_changing);
  const server = startIn(image, port);
  const exited = once(server, "exit");
  await becomesHealthy(image, port, server);
  server.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  expect(await health(image, port)).toBe(1);
  expect(await readdir(log_root)).toContain(".ledger");
  expect(filesBelow(image.root, but_changing)).toEqual(files);
  // The command is in the image too, for who looks after the logs.
  const verify = [process.execPath, "apps/cli/src/main.ts", "verify"];
  expect(await once(startIn({ ...image, command: verify }, port), "exit")).toEqual([0, null]);
});
