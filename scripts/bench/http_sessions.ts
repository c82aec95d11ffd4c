// Durable sessions over HTTP against the echo of a JSON body, both in processes of their own under the same load.
import { type BenchRun, newFolder } from "./bench_run.ts";
import { type LoadResult, loadHttp } from "./http_load.ts";
import { type MeasuredProcess, startEcho, startLedger } from "./measured_process.ts";
import { type Row, rateRow, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const CONNECTIONS = 64;
const CURVE_CONNECTIONS = [1, 4, 16, 64, 256] as const;

/** What both sides did at one number of connections. */
export interface CurvePoint {
  readonly connections: number;
  readonly ours: LoadResult;
  readonly peer: LoadResult;
}

export interface HttpResult {
  readonly rows: readonly Row[];
  readonly curve: readonly CurvePoint[];
}

/** A server, what its clients come to, and what that costs it. */
interface Side {
  readonly target: "ledger" | "echo";
  readonly process: MeasuredProcess;
}

interface SideResult extends LoadResult {
  readonly cpu_us_per_request: number;
}

export async function measureHttp(run: BenchRun): Promise<HttpResult> {
  const folder = await newFolder(run, "http");
  const ours: Side = { target: "ledger", process: await startLedger(`${folder}/root`) };
  const peer: Side = { target: "echo", process: await startEcho(folder) };
  try {
    const seconds = run.long ? 20 : 5;
    run.progress("warming both servers up");
    await loadBoth(ours, peer, CONNECTIONS, seconds);
    const rounds: { ours: SideResult; peer: SideResult }[] = [];
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(`sessions over HTTP, ${CONNECTIONS} connections, round ${round} of ${run.rounds}`);
      rounds.push(await loadBoth(ours, peer, CONNECTIONS, seconds));
    }
    return { rows: [toRow(rounds)], curve: await measureCurve(run, ours, peer) };
  } finally {
    await ours.process.stop();
    await peer.process.stop();
  }
}

async function measureCurve(run: BenchRun, ours: Side, peer: Side): Promise<CurvePoint[]> {
  const curve: CurvePoint[] = [];
  for (const connections of CURVE_CONNECTIONS) {
    run.progress(`throughput and p99 at ${connections} connections`);
    curve.push({ connections, ...(await loadBoth(ours, peer, connections, run.long ? 15 : 3)) });
  }
  return curve;
}

async function loadBoth(ours: Side, peer: Side, connections: number, seconds: number) {
  return {
    ours: await load(ours, connections, seconds),
    peer: await load(peer, connections, seconds),
  };
}

let first_user = 0;
let left_open_max = 0;

async function load({ target, process }: Side, connections: number, seconds: number): Promise<SideResult> {
  // Each run goes on in the rotation far from the users whose sessions the run before left open.
  first_user += 3_001;
  const cpu_before = process.cpuSeconds();
  const result = await loadHttp({
    target,
    url: process.url,
    connections,
    seconds,
    first_user,
    left_open_max,
  });
  left_open_max += connections;
  const cpu_seconds = process.cpuSeconds() - cpu_before;
  return { ...result, cpu_us_per_request: (cpu_seconds * 1e6) / (result.requests_per_second * seconds) };
}

function toRow(rounds: readonly { ours: SideResult; peer: SideResult }[]): Row {
  const cpu = (side: "ours" | "peer"): string =>
    rounded(median(rounds.map((round) => round[side].cpu_us_per_request)));
  return rateRow(
    {
      measure: `durable sessions.start + sessions.end over HTTP, ${CONNECTIONS} connections`,
      peer_name: "Express 5 JSON echo",
      unit: "requests/s",
      bound_by: `CPU of the server: ${cpu("ours")} us a request on all its threads, the echo ${cpu("peer")} us`,
    },
    rounds.map(({ ours, peer }) => ({ ours: ours.requests_per_second, peer: peer.requests_per_second })),
    0.5,
  );
}
