// What clients notice while as many others as there may be connections send slowly.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { startLedger } from "./measured_process.ts";
import { startsP99 } from "./open_loop.ts";
import { type Row, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const SLOW_SOCKETS = fileURLToPath(new URL("./slow_sockets.ts", import.meta.url));
const SLOW = 1_000;
const STARTS_PER_SECOND = 200;
const RATIO_MAX = 2;

export async function measureSlowClients(run: BenchRun): Promise<readonly Row[]> {
  const server = await startLedger(await newFolder(run, "slow"));
  const rounds: { alone: number; beside: number }[] = [];
  const p99 = (name: string): Promise<number> =>
    startsP99({
      url: server.url,
      per_second: STARTS_PER_SECOND,
      // Longer than a slow request may take, so that some are cut and come again meanwhile.
      seconds: run.long ? 30 : 12,
      user_prefix: `${name}_`,
    });
  try {
    await p99("warm");
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(
        `p99 of ${STARTS_PER_SECOND} starts a second beside slow clients, round ${round} of ${run.rounds}`,
      );
      const alone = await p99(`alone${round}`);
      const slow = await startSlowSockets(server.url);
      rounds.push({ alone, beside: await p99(`beside${round}`) });
      slow.kill();
      await once(slow, "exit");
    }
  } finally {
    await server.stop();
  }
  const ratio = median(rounds.map(({ alone, beside }) => beside / alone));
  return [
    {
      measure: `p99 of ${STARTS_PER_SECOND} starts a second (open loop) beside ${SLOW} slow sockets`,
      ours: `${rounded(median(rounds.map(({ beside }) => beside)))} ms`,
      peer: `without them: ${rounded(median(rounds.map(({ alone }) => alone)))} ms`,
      ratio,
      reach: `under ${RATIO_MAX}`,
      reached: ratio < RATIO_MAX,
      bound_by: `the server reads ${SLOW} bytes a second one by one, and cuts and accepts a hundred connections`,
    },
  ];
}

/** As many slow sockets as the server takes connections by default. */
async function startSlowSockets(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SLOW_SOCKETS, url, String(SLOW)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout!, "data");
  return child;
}
