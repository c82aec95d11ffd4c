import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));
const SCRIPT = fileURLToPath(new URL("../../scripts/session-ledger", import.meta.url));
const REPORT = fileURLToPath(new URL("./peak_memory_report.ts", import.meta.url));

/** What a run of the command gave and took. */
export interface MeasuredRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that the process had in RAM at once. */
  readonly peak_bytes: number;
  readonly seconds: number;
}

/** Runs `session-ledger` on a log root to its end, and measures it. Linux only. */
export async function runMeasured(root: string, ...args: readonly string[]): Promise<MeasuredRun> {
  const began = performance.now();
  const child = spawn(process.execPath, [...scriptFlags(), "--import", REPORT, MAIN, ...args], {
    env: { PATH: process.env["PATH"], LOG_ROOT: root },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = child.stdio.slice(1).map((stream) => textOf(stream as NodeJS.ReadableStream));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject).on("close", resolve);
  const code = await promise;
  const [stdout = "", stderr = "", status = ""] = await Promise.all(texts);
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`The process did not report its memory. ${stderr}`);
  return {
    code,
    stdout,
    stderr,
    peak_bytes: Number(kilobytes) * 1024,
    seconds: (performance.now() - began) / 1000,
  };
}

/** The flags with which the script starts Node.js. */
function scriptFlags(): readonly string[] {
  const flags = /^exec node (--.*?) "/m.exec(readFileSync(SCRIPT, "utf8"))?.[1];
  if (flags === undefined) throw new Error(`${SCRIPT} gives Node.js no flags.`);
  return flags.split(" ");
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}
