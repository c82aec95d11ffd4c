import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));
const ECHO = fileURLToPath(new URL("./echo_server.ts", import.meta.url));

const COMPILE_CACHE = fileURLToPath(new URL("../../.toolchain/compile_cache", import.meta.url));

/** How often the output of a starting process is read: the error of a time to ready. */
const LOOK_MS = 5;

/** The unit of CPU times in /proc: the same on every Linux that Node runs on. */
const CLOCK_TICKS_PER_SECOND = 100;

/** A process under measurement that listens. */
export interface MeasuredProcess {
  readonly url: string;
  /** From the spawn until it listened. */
  readonly ready_ms: number;
  /** Its resident memory when it listened, in bytes. */
  readonly ready_rss_bytes: number;
  /** The CPU time of all its threads so far; NaN where the kernel does not say. */
  cpuSeconds(): number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the ledger's server with its default configuration on a log root. */
export function startLedger(
  log_root: string,
  node_options: readonly string[] = [],
): Promise<MeasuredProcess> {
  return start([...node_options, SERVER], { PORT: "0", LOG_ROOT: log_root }, `${log_root}.out`);
}

export function startEcho(folder: string): Promise<MeasuredProcess> {
  return start([ECHO], {}, join(folder, "echo.out"));
}

/** Output goes to a file, as under a supervisor, so that reading it costs the bench nothing under load. */
async function start(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  output: string,
): Promise<MeasuredProcess> {
  const out = openSync(output, "w");
  const started_ms = performance.now();
  const child = spawn(process.execPath, words, {
    // As `scripts/start` has it: modules are compiled once.
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: COMPILE_CACHE, ...variables },
    stdio: ["ignore", out, "inherit"],
  });
  closeSync(out);
  const exited = once(child, "exit");
  const url = await listening(child, output);
  return {
    url,
    ready_ms: performance.now() - started_ms,
    ready_rss_bytes: rssOf(child.pid!),
    cpuSeconds: () => cpuSecondsOf(child.pid!),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await exited;
    },
  };
}

async function listening(child: ChildProcess, output: string): Promise<string> {
  while (child.exitCode === null) {
    const line = readFileSync(output, "utf8")
      .split("\n")
      .find((each) => each.includes('"msg":"listening"') && each.endsWith("}"));
    if (line !== undefined) return String((JSON.parse(line) as { url: unknown }).url);
    await pause(LOOK_MS);
  }
  throw new Error(
    `the process ended (${child.exitCode}) before it listened: ${readFileSync(output, "utf8")}`,
  );
}

/** Resident memory as the kernel counts it; NaN where it does not say. */
function rssOf(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib) * 1024;
  } catch {
    return Number.NaN;
  }
}

function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
    return (Number(fields?.[11]) + Number(fields?.[12])) / CLOCK_TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}
