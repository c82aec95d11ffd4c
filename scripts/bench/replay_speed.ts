// Replay with its chain verified, against what parsing the same lines costs by itself.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openReader, openRecorder } from "@session-ledger/schema_recorder";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { LINE_BYTES, OpenSessions } from "./open_sessions.ts";
import { type Round, type Row, rateRow } from "./row.ts";

const SESSIONS = 1000;
const NEWLINE = 0x0a;
const MIB = 1024 * 1024;

export async function measureReplay(run: BenchRun): Promise<readonly Row[]> {
  const root = await makeLogs(run, (run.long ? 1024 : 128) * MIB);
  const rounds: Round[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    run.progress(`replay, round ${round} of ${run.rounds}`);
    rounds.push(await measureRound(root));
  }
  const measure = "replay, verifying the chain, on one core";
  const peer_name = "JSON.parse line by line";
  return [
    rateRow(
      { measure, peer_name, unit: "MiB/s", bound_by: "CPU: two SHA-256 and a JSON.parse a line" },
      rounds,
      0.5,
    ),
    {
      measure: "the same with two workers",
      ours: "not yet",
      peer: peer_name,
      reach: "at least 0.8",
      bound_by: "the recorder replays on one thread",
    },
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

/** Log by log, first one way and then the other, so that both find the file in the page cache. */
async function measureRound(root: string): Promise<Round> {
  const reader = await openReader({ root });
  const spent_ms = { ours: 0, peer: 0 };
  let bytes = 0;
  for await (const log of reader.logs()) {
    const path = join(root, reader.logFile(log));
    bytes += readFileSync(path).length;
    let lines_read = 0;
    const started_ms = performance.now();
    for await (const _line of reader.read(log)) lines_read += 1;
    const read_ms = performance.now();
    const lines_parsed = parseLines(path);
    spent_ms.peer += performance.now() - read_ms;
    spent_ms.ours += read_ms - started_ms;
    if (lines_read !== lines_parsed)
      throw new Error(`${path}: ${lines_read} lines read, ${lines_parsed} parsed`);
  }
  await reader.close();
  const rate = (ms: number): number => (bytes / MIB / ms) * 1000;
  return { ours: rate(spent_ms.ours), peer: rate(spent_ms.peer) };
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
