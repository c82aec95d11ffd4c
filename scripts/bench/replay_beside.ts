// What clients notice while an operator replays the logs on the same machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BenchRun } from "./bench_run.ts";
import { startLedger } from "./measured_process.ts";
import { startsP99 } from "./open_loop.ts";
import { makeLogs } from "./replay_speed.ts";
import { type Row, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const CLI = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));
const STARTS_PER_SECOND = 200;
const RATIO_MAX = 2;
const MIB = 1024 * 1024;

export async function measureReplayBeside(run: BenchRun): Promise<readonly Row[]> {
  const mib = run.long ? 1024 : 200;
  const root = await makeLogs(run, mib * MIB);
  const server = await startLedger(root);
  const rounds: { idle: number; beside: number }[] = [];
  const p99 = (name: string): Promise<number> =>
    startsP99({
      url: server.url,
      per_second: STARTS_PER_SECOND,
      seconds: run.long ? 30 : 6,
      user_prefix: `${name}_`,
    });
  try {
    await p99("warm");
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(
        `p99 of ${STARTS_PER_SECOND} starts a second beside a replay, round ${round} of ${run.rounds}`,
      );
      const idle = await p99(`idle${round}`);
      const stopReplay = replayAgainAndAgain(root);
      rounds.push({ idle, beside: await p99(`beside${round}`) });
      await stopReplay();
    }
  } finally {
    await server.stop();
  }
  const ratio = median(rounds.map(({ idle, beside }) => beside / idle));
  return [
    {
      measure: `p99 of ${STARTS_PER_SECOND} starts a second (open loop) while the CLI, niced, replays ${mib} MiB`,
      ours: `${rounded(median(rounds.map(({ beside }) => beside)))} ms`,
      peer: `idle: ${rounded(median(rounds.map(({ idle }) => idle)))} ms`,
      ratio,
      reach: `under ${RATIO_MAX}`,
      reached: ratio < RATIO_MAX,
      bound_by: "the scheduler: three threads of the server and one replay on the machine's cores",
    },
  ];
}

/** Replays the root until the returned function is called. */
function replayAgainAndAgain(root: string): () => Promise<void> {
  let stopped = false;
  let stopOne = (): void => undefined;
  const run = async (): Promise<void> => {
    while (!stopped) {
      const words = ["-n", "19", process.execPath, CLI, "replay", "--json", "--log-root", root];
      const replay = spawn("nice", words, { stdio: "ignore" });
      stopOne = () => replay.kill();
      const [code] = await once(replay, "exit");
      if (!stopped && code !== 0) throw new Error(`the replay ended with ${code}`);
    }
  };
  const running = run();
  // Its failure is told by whoever awaits it at the end.
  running.catch(() => undefined);
  return async () => {
    stopped = true;
    stopOne();
    await running;
  };
}
