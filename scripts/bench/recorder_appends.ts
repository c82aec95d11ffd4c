// Durable appends through the recorder alone, against what the disk and SQLite do at their barest.
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openRecorder } from "@session-ledger/schema_recorder";
import { messageEvent } from "../../test/support/session_events.ts";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { journalPosition } from "./journal_position.ts";
import { CONCURRENCY, OpenSessions } from "./open_sessions.ts";
import { type Row, rateRow, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const SESSIONS = 1000;
/** One transaction each is slow, and its rate does not hang on how many there are. */
const SQLITE_SHARE = 0.05;

interface AppendRound {
  readonly ours: number;
  readonly bare: number;
  readonly bare_with_logs: number;
  readonly sqlite: number;
  readonly appends_per_batch: number;
  readonly cpu_us: number;
}

export async function measureAppends(run: BenchRun): Promise<readonly Row[]> {
  const appends = run.long ? 1_000_000 : 150_000;
  const rounds: AppendRound[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    run.progress(`${appends} appends through the recorder, round ${round} of ${run.rounds}`);
    rounds.push(await measureRound(run, appends));
  }
  const middle = (of: keyof AppendRound): string => rounded(median(rounds.map((round) => round[of])));
  const unit = "appends/s";
  const bound_by = `CPU: ${middle("cpu_us")} us an append on both threads; ${middle("appends_per_batch")} appends a sync`;
  const measure = `durable appends to ${SESSIONS} open sessions, concurrency ${CONCURRENCY}`;
  return [
    rateRow(
      { measure, unit, bound_by, peer_name: "bare loop, same batches, fdatasync" },
      rounds.map(({ ours, bare }) => ({ ours, peer: bare })),
      0.5,
    ),
    rateRow(
      { measure, unit, bound_by, peer_name: "the same loop, each append also written to its log" },
      rounds.map(({ ours, bare_with_logs }) => ({ ours, peer: bare_with_logs })),
      0.5,
    ),
    rateRow(
      { measure, unit, bound_by, peer_name: "SQLite WAL, synchronous=FULL, a transaction each" },
      rounds.map(({ ours, sqlite }) => ({ ours, peer: sqlite })),
      10,
    ),
  ];
}

async function measureRound(run: BenchRun, appends: number): Promise<AppendRound> {
  const root = await newFolder(run, "recorder");
  const recorder = await openRecorder({ root });
  const sessions = await OpenSessions.start(recorder, SESSIONS);
  await sessions.appendMessages(appends / 10);
  const before = journalPosition(root);
  const cpu_before = process.cpuUsage();
  const ours = await perSecond(appends, () => sessions.appendMessages(appends));
  const { user, system } = process.cpuUsage(cpu_before);
  const after = journalPosition(root);
  await recorder.close();
  const batches = after.next_batch - before.next_batch;
  const append_bytes = (after.batch_bytes_mean * batches) / appends;
  return {
    ours,
    bare: await bareLoop(run, { appends, batches, batch_bytes: after.batch_bytes_mean, logs: 0 }),
    bare_with_logs: await bareLoop(run, {
      appends,
      batches,
      batch_bytes: after.batch_bytes_mean,
      logs: SESSIONS,
    }),
    sqlite: await sqliteLoop(run, appends * SQLITE_SHARE, append_bytes),
    appends_per_batch: appends / batches,
    cpu_us: (user + system) / appends,
  };
}

interface BareLoad {
  readonly appends: number;
  readonly batches: number;
  readonly batch_bytes: number;
  /** To how many logs the appends go as well, in turn; 0: to none. */
  readonly logs: number;
}

/**
 * As many batches of the same size, each written and synced, in appends a second. With logs it is the least that leaves
 * each append in a log of its own besides: one write for each, to files that stay open, with nothing checked.
 */
async function bareLoop(run: BenchRun, { appends, batches, batch_bytes, logs }: BareLoad): Promise<number> {
  const folder = await newFolder(run, "bare");
  const file = openSync(join(folder, "batches"), "wx");
  const log_files = Array.from({ length: logs }, (_, at) => openSync(join(folder, `${at}.jsonl`), "wx"));
  const batch = jsonLines(batch_bytes);
  const appends_per_batch = appends / batches;
  const append_bytes = Math.round(batch_bytes / appends_per_batch);
  let appended = 0;
  const rate = await perSecond(appends, () => {
    for (let at = 1; at <= batches; at += 1) {
      writeSync(file, batch);
      fdatasyncSync(file);
      for (; log_files.length > 0 && appended < at * appends_per_batch; appended += 1) {
        writeSync(log_files[appended % logs]!, batch, 0, append_bytes);
      }
    }
  });
  for (const each of [file, ...log_files]) closeSync(each);
  return rate;
}

/** As many bytes of lines such as a log's, so that neither side writes what is easier to store. */
function jsonLines(byte_count: number): Buffer {
  const log = { user_id: "user0", session_id: "sess_0000000000000000" };
  let lines = "";
  while (lines.length < byte_count) lines += `${JSON.stringify(messageEvent(log))}\n`;
  return Buffer.from(lines.slice(0, Math.round(byte_count)));
}

/** `append_bytes` is what an append takes in our journal. */
async function sqliteLoop(run: BenchRun, appends: number, append_bytes: number): Promise<number> {
  const database = new DatabaseSync(join(await newFolder(run, "sqlite"), "appends.db"));
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     CREATE TABLE lines (session INTEGER, seq INTEGER, line TEXT, PRIMARY KEY (session, seq)) WITHOUT ROWID;`,
  );
  const insert = database.prepare("INSERT INTO lines VALUES (?, ?, ?)");
  const line = jsonLines(append_bytes).toString();
  const rate = await perSecond(appends, () => {
    for (let at = 0; at < appends; at += 1) insert.run(at % SESSIONS, Math.floor(at / SESSIONS), line);
  });
  database.close();
  return rate;
}

async function perSecond(count: number, work: () => void | Promise<void>): Promise<number> {
  const started_ms = performance.now();
  await work();
  return (count * 1000) / (performance.now() - started_ms);
}
