import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));

/** The logs of the upstream service that the tests import. */
export const UPSTREAM_LOGS = fileURLToPath(new URL("../fixtures/a3cp_logs", import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Without the progress that a run of more than a second reports there: how long a run takes is not for a test. */
  readonly stderr: string;
}

/** Starts `session-ledger` on a log root; stdin is closed. */
export function startCli(root: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, LOG_ROOT: root };
  return spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs `session-ledger` on a log root to its end. */
export async function runCli(root: string, ...args: readonly string[]): Promise<CliRun> {
  const child = startCli(root, args);
  const { stdout, stderr } = collect(child);
  const { code, signal } = await ended(child);
  return { code, signal, stdout: stdout(), stderr: withoutProgress(stderr()) };
}

/** Resolves once a process has ended and its output was read. */
export function ended(child: ChildProcess): Promise<Pick<CliRun, "code" | "signal">> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

/** The lines of a child's stdout as they come. */
export function stdoutLines(child: ChildProcess): AsyncIterator<string> {
  return createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
}

function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^\{"progress":.*\n/gm, "");
}

/** JSON lines as objects. */
export function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function collect(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  return { stdout: () => stdout, stderr: () => stderr };
}
