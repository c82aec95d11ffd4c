// The benchmark (docs/benchmarks.md): each measure beside a peer that does the least that could be done, in the same
// run. It prints one table on stdout, and leaves the same as JSON, and the curve as a picture.
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureAnonymous } from "./anonymous_face.ts";
import { measureBackend } from "./backend_face.ts";
import { type BenchRun, createProgress } from "./bench_run.ts";
import { fileCreationUs, isDisturbed } from "./disk_control.ts";
import { measureErasures } from "./erasures.ts";
import { assertWrk } from "./http_load.ts";
import { type CurvePoint, measureHttp } from "./http_sessions.ts";
import { measureLongSessions } from "./long_sessions.ts";
import { type BenchOptions, readOptions, USAGE } from "./options.ts";
import { toSvg } from "./plot.ts";
import { measureAppends } from "./recorder_appends.ts";
import { measureReplayBeside } from "./replay_beside.ts";
import { measureReplay } from "./replay_speed.ts";
import { failedRow, type Row, rounded } from "./row.ts";
import { measureLists } from "./session_lists.ts";
import { measureSlowClients } from "./slow_clients.ts";
import { measureStartUp } from "./start_up.ts";
import { toTable } from "./table.ts";

const RESULTS = fileURLToPath(new URL("../../bench-results/", import.meta.url));
const PLOT = fileURLToPath(new URL("../../docs/throughput.svg", import.meta.url));
const ROUNDS = 3;
/** The magic number of tmpfs, on which a sync costs nothing. */
const TMPFS = 0x01021994;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  await assertWrk();
  const folder = mkdtempSync(join(options.folder, "session-ledger-bench-"));
  try {
    if (statfsSync(folder).type === TMPFS)
      throw new Error(`${folder} is in memory; name a disk with --folder`);
    await bench(options, {
      folder,
      long: options.long,
      rounds: ROUNDS,
      progress: createProgress(),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bench(options: BenchOptions, run: BenchRun): Promise<void> {
  const rows: Row[] = [];
  let curve: readonly CurvePoint[] = [];
  const measures = {
    http: async () => {
      const result = await measureHttp(run);
      curve = result.curve;
      return result.rows;
    },
    recorder: () => measureAppends(run),
    replay: () => measureReplay(run),
    start: () => measureStartUp(run),
    lists: () => measureLists(run),
    anonymous: () => measureAnonymous(run),
    backend: () => measureBackend(run),
    long: () => measureLongSessions(run),
    beside: () => measureReplayBeside(run),
    erase: () => measureErasures(run),
    slow: () => measureSlowClients(run),
  };
  const begin_us = await fileCreationUs(run);
  for (const name of options.measures) {
    try {
      rows.push(...(await measures[name]()));
    } catch (error) {
      // What was measured before and after is worth having all the same.
      console.error(error);
      rows.push(failedRow(name, error));
      process.exitCode = 1;
    }
  }
  const end_us = await fileCreationUs(run);

  console.log(toTable(rows));
  const disturbed = isDisturbed(begin_us, end_us);
  console.log(
    `\nControl: creating a file cost ${rounded(begin_us)} us at the begin and ${rounded(end_us)} us at the end.`,
  );
  if (disturbed)
    console.log("The disk was disturbed, so measures that create logs are lower than they should be.");
  keep({ rows, curve, control: { begin_us, end_us, disturbed } });
}

function keep(results: { rows: readonly Row[]; curve: readonly CurvePoint[]; control: object }): void {
  const at = new Date().toISOString();
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${at.replace(/[:.]/g, "-")}.json`);
  writeFileSync(file, `${JSON.stringify({ at, machine, ...results }, null, 2)}\n`);
  if (results.curve.length > 0) writeFileSync(PLOT, toSvg(results.curve));
  console.log(`\nWritten: ${file}`);
}

await main();
