// Replay with its chain verified, against what parsing the same lines costs by itself.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type LogName, LogWorkers, openReader, openRecorder } from "@session-ledger/schema_recorder";
import { evolve, INITIAL_STATE } from "@session-ledger/session_domain";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { LINE_BYTES, OpenSessions } from "./open_sessions.ts";
import { type Round, type Row, rateRow } from "./row.ts";

/** As much of the task's result as is looked at. */
interface SessionRow {
  readonly events: number;
}

/** What the command line does with each log. */
const TASK = new URL("../../apps/cli/src/tasks/replay_task.ts", import.meta.url);
const WORKERS = 2;
const SESSIONS = 1000;
const NEWLINE = 0x0a;
const MIB = 1024 * 1024;

export async function measureReplay(run: BenchRun): Promise<readonly Row[]> {
  const root = await makeLogs(run, (run.long ? 1024 : 128) * MIB);
  const workers = await LogWorkers.start<SessionRow>({ root, module: TASK, input: {}, workers: WORKERS });
  const alone: Round[] = [];
  const together: Round[] = [];
  try {
    // What is measured from the second round on is code that the engine has compiled, on both sides.
    await measureRound(root, workers);
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(`replay, round ${round} of ${run.rounds}`);
      const { one, two, peer } = await measureRound(root, workers);
      alone.push({ ours: one, peer });
      together.push({ ours: two, peer });
    }
  } finally {
    await workers.close();
  }
  const peer_name = "readFileSync and JSON.parse line by line, on one core";
  const row = { peer_name, unit: "MiB/s" };
  const measure = "replay, verifying the chain, on one core";
  return [
    rateRow({ ...row, measure, bound_by: "CPU: two SHA-256 and a JSON.parse a line" }, alone, 0.5),
    rateRow(
      {
        ...row,
        measure: `the same with ${WORKERS} workers, already started`,
        bound_by: `the cores: ${WORKERS} workers and the thread that hands them their logs on ${availableParallelism()}`,
      },
      together,
      0.8,
    ),
  ];
}

/** A log root with about so many bytes of logs, in `SESSIONS` sessions that are open. */
export async function makeLogs(run: BenchRun, bytes: number): Promise<string> {
  run.progress(`writing ${Math.round(bytes / MIB)} MiB of logs`);
  const root = await newFolder(run, "logs");
  const recorder = await openRecorder({ root });
  const sessions = await OpenSessions.start(recorder, SESSIONS);
  await sessions.appendMessages(Math.round(bytes / LINE_BYTES));
  await recorder.close();
  return root;
}

/** MiB a second of each way to read all logs, from the page cache. */
async function measureRound(
  root: string,
  workers: LogWorkers<SessionRow>,
): Promise<Record<"one" | "two" | "peer", number>> {
  const reader = await openReader({ root });
  const logs: LogName[] = [];
  const spent_ms = { one: 0, two: 0, peer: 0 };
  let bytes = 0;
  let lines = 0;
  // Log by log, first one way and then the other, so that a disturbance meets both.
  for await (const log of reader.logs()) {
    const path = join(root, reader.logFile(log));
    bytes += readFileSync(path).length;
    logs.push(log);
    const started_ms = performance.now();
    const { seq } = await reader.replay(log, evolve, INITIAL_STATE);
    const read_ms = performance.now();
    const lines_parsed = parseLines(path);
    spent_ms.peer += performance.now() - read_ms;
    spent_ms.one += read_ms - started_ms;
    if (seq !== lines_parsed) throw new Error(`${path}: ${seq} lines read, ${lines_parsed} parsed`);
    lines += seq;
  }
  await reader.close();

  const started_ms = performance.now();
  for await (const { result } of workers.run(logs)) lines -= result.events;
  spent_ms.two = performance.now() - started_ms;
  if (lines !== 0) throw new Error(`the workers read ${lines} lines less`);
  const rate = (ms: number): number => (bytes / MIB / ms) * 1000;
  return { one: rate(spent_ms.one), two: rate(spent_ms.two), peer: rate(spent_ms.peer) };
}

function parseLines(path: string): number {
  const bytes = readFileSync(path);
  let lines = 0;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    JSON.parse(bytes.toString("utf8", start, end));
    lines += 1;
    start = end + 1;
  }
  return lines;
}
