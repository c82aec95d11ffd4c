// How long a start takes, and what it holds in memory, on a catalog of many ended sessions.
import { openRecorder } from "@session-ledger/schema_recorder";
import { endedEvent, startedEvent } from "../../test/support/session_events.ts";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { forgetfulDisk } from "./forgetful_disk.ts";
import { loadHttp } from "./http_load.ts";
import { startLedger } from "./measured_process.ts";
import { inParallel, OpenSessions } from "./open_sessions.ts";
import { type Row, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const ACTIVE = 1000;
const USERS = 10_000;
const CONNECTIONS = 16;
const READY_MS_MAX = 2000;
const RSS_MB_MAX = 200;
const MB = 1e6;

interface Start {
  readonly ready_ms: number;
  readonly rss_mb: number;
}

export async function measureStartUp(run: BenchRun): Promise<readonly Row[]> {
  const ended = run.long ? 1_000_000 : 100_000;
  const root = await newFolder(run, "start");
  run.progress(`making a catalog of ${ended} ended and ${ACTIVE} active sessions`);
  await fillCatalog(root, ended);
  const empty_root = await newFolder(run, "empty");
  let loads = 0;
  const startOn = (of: string, end: NodeJS.Signals): Promise<Start> => {
    loads += 1;
    return start(of, end, loads * CONNECTIONS);
  };
  const starts: Record<"empty" | "clean" | "killed", Start[]> = { empty: [], clean: [], killed: [] };
  for (let round = 1; round <= run.rounds; round += 1) {
    run.progress(`starts on ${ended} sessions, round ${round} of ${run.rounds}`);
    starts.empty.push(await startOn(empty_root, "SIGTERM"));
    starts.clean.push(await startOn(root, "SIGKILL"));
    starts.killed.push(await startOn(root, "SIGTERM"));
  }
  const peer = `an empty root: ${told(starts.empty)}`;
  const measure = `start with ${rounded(ended)} ended and ${rounded(ACTIVE)} active sessions`;
  return [
    toRow(`${measure}, after a clean stop`, starts.clean, peer, "reading the catalog's file for its digest"),
    toRow(
      `${measure}, after SIGKILL`,
      starts.killed,
      peer,
      "redo of the journal, and the logs of open sessions",
    ),
  ];
}

/** Starts a server, gives it a moment's work, and ends it in this way for the next start. */
async function start(root: string, end: NodeJS.Signals, left_open_max: number): Promise<Start> {
  const server = await startLedger(root);
  const load = {
    target: "ledger",
    url: server.url,
    connections: CONNECTIONS,
    seconds: 1,
    left_open_max,
  } as const;
  await loadHttp({ ...load, first_user: Math.floor(Math.random() * USERS) });
  await server.stop(end);
  return { ready_ms: server.ready_ms, rss_mb: server.ready_rss_bytes / MB };
}

async function fillCatalog(root: string, ended: number): Promise<void> {
  const filler = await openRecorder({ root, commit_disk: forgetfulDisk(root) });
  await inParallel(ended, async (at) => {
    const log = { user_id: `ended${at % USERS}`, session_id: `sess_e${at.toString(16).padStart(15, "0")}` };
    await filler.append(log, [startedEvent(log), endedEvent(log)], { expected_seq: 0 });
  });
  await filler.close();
  const recorder = await openRecorder({ root });
  await OpenSessions.start(recorder, ACTIVE);
  await recorder.close();
}

function toRow(measure: string, starts: readonly Start[], peer: string, bound_by: string): Row {
  const ready_ms = median(starts.map((each) => each.ready_ms));
  const rss_mb = median(starts.map((each) => each.rss_mb));
  return {
    measure,
    ours: told(starts),
    peer,
    reach: `under ${READY_MS_MAX / 1000} s and ${RSS_MB_MAX} MB`,
    reached: ready_ms < READY_MS_MAX && rss_mb < RSS_MB_MAX,
    bound_by,
  };
}

function told(starts: readonly Start[]): string {
  const ready_s = median(starts.map((each) => each.ready_ms)) / 1000;
  return `${rounded(ready_s)} s, ${rounded(median(starts.map((each) => each.rss_mb)))} MB`;
}
