// Sessions that are made and erased for good, as anonymous ones are: what erasing costs, beside making them alone.
import { randomUUID } from "node:crypto";
import { type LogName, openRecorder, type Recorder } from "@session-ledger/schema_recorder";
import { startedEvent } from "../../test/support/session_events.ts";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { CONCURRENCY, inParallel } from "./open_sessions.ts";
import { type Row, rounded } from "./row.ts";
import { median, percentile } from "./statistics.ts";

/** The owner of everyone's anonymous sessions. */
const OWNER = "_anonymous";

interface ErasureRound {
  readonly erased_per_second: number;
  readonly made_per_second: number;
  readonly erase_p50_ms: number;
  readonly erase_p99_ms: number;
  readonly cpu_us: number;
}

export async function measureErasures(run: BenchRun): Promise<readonly Row[]> {
  const sessions = run.long ? 20_000 : 2_000;
  const rounds: ErasureRound[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    run.progress(`${sessions} sessions made and erased, round ${round} of ${run.rounds}`);
    rounds.push(await measureRound(run, sessions));
  }
  const middle = (of: keyof ErasureRound): string => rounded(median(rounds.map((round) => round[of])));
  return [
    {
      measure: `creating and erasing anonymous-like sessions, concurrency ${CONCURRENCY}`,
      ours: `${middle("erased_per_second")} sessions/s`,
      peer: `the same, created only: ${middle("made_per_second")} sessions/s`,
      reach: "reported",
      bound_by: `the checkpoint that erasures wait for and share: p50 ${middle("erase_p50_ms")} ms, p99 ${middle("erase_p99_ms")} ms; CPU ${middle("cpu_us")} us a session`,
    },
  ];
}

async function measureRound(run: BenchRun, sessions: number): Promise<ErasureRound> {
  const recorder = await openRecorder({ root: await newFolder(run, "erasures") });
  try {
    const made_ms = await msOf(() => inParallel(sessions, async () => void (await make(recorder))));
    const erase_ms: number[] = [];
    const cpu_before = process.cpuUsage();
    const erased_ms = await msOf(() =>
      inParallel(sessions, async () => {
        const log = await make(recorder);
        erase_ms.push(await msOf(() => recorder.erase(log)));
      }),
    );
    const { user, system } = process.cpuUsage(cpu_before);
    return {
      erased_per_second: (sessions * 1000) / erased_ms,
      made_per_second: (sessions * 1000) / made_ms,
      erase_p50_ms: percentile(erase_ms, 50),
      erase_p99_ms: percentile(erase_ms, 99),
      cpu_us: (user + system) / sessions,
    };
  } finally {
    await recorder.close();
  }
}

async function make(recorder: Recorder): Promise<LogName> {
  const log = { user_id: OWNER, session_id: randomUUID() };
  await recorder.append(log, [{ ...startedEvent(log), kind: "anonymous" }], { expected_seq: 0 });
  return log;
}

async function msOf(work: () => Promise<void>): Promise<number> {
  const started_ms = performance.now();
  await work();
  return performance.now() - started_ms;
}
