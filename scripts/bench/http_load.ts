import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SESSION_LOOP = fileURLToPath(new URL("./session_loop.lua", import.meta.url));
const run = promisify(execFile);

/** What answered requests came to. */
export interface LoadResult {
  /** Only those answered with 200. */
  readonly requests_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

export interface Load {
  readonly target: "ledger" | "echo";
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Where the rotation of users begins. */
  readonly first_user: number;
  /** How many sessions earlier loads on this server left open: one for each of their connections at the most. */
  readonly left_open_max: number;
}

/** How many users a load goes through before it comes to the first again: as in the loop's script. */
const USERS = 10_000;

/**
 * Puts a server under the load of sessions that are started and ended, with wrk: a generator in JavaScript would
 * take more of the machine than the echo does, and so flatter whatever is measured against the echo.
 */
export async function loadHttp(load: Load): Promise<LoadResult> {
  const { target, url, connections, seconds, first_user } = load;
  const words = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", SESSION_LOOP, url];
  const { stdout } = await run("wrk", [...words, "--", target, String(first_user)]);
  const result = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Record<
    "requests" | "duration_us" | "refused" | "failed" | "p50_us" | "p99_us",
    number
  >;
  // wrk ends without waiting for answers, so a later load is refused the starts of users who have a session open.
  const rotations = 1 + Math.ceil(result.requests / 2 / USERS);
  if (result.failed > 0 || result.refused > load.left_open_max * rotations) {
    throw new Error(
      `${target}: of ${result.requests} requests ${result.refused} were refused, ${result.failed} failed`,
    );
  }
  return {
    requests_per_second: (result.requests - result.refused) / (result.duration_us / 1e6),
    p50_ms: result.p50_us / 1000,
    p99_ms: result.p99_us / 1000,
  };
}

/** @throws Error saying how to get wrk */
export async function assertWrk(): Promise<void> {
  // wrk ends with 1 after it has shown its version.
  await run("wrk", ["-v"]).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new Error("wrk is missing; on Debian: apt-get install wrk");
  });
}
