import { type LogName, type LogReport, openReader } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { Command } from "commander";
import type { CommandContext, Runner } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { type LedgerStats, LedgerTally, LogTally } from "../ledger_stats.ts";
import {
  countAllLogs,
  type LogFilter,
  matchingArchives,
  matchingLogs,
  withLogFilter,
} from "../log_filter.ts";
import { jsonText } from "../printable.ts";
import { startProgress } from "../progress.ts";
import { GoneLogs, verifyEitherForm, verifyIfStanding } from "../standing_logs.ts";
import { formatTable } from "../table.ts";

interface StatsOptions extends LogFilter {
  readonly json?: true;
}

export function statsCommand(run: Runner): Command {
  return withLogFilter(new Command("stats"))
    .description(
      "Count sessions, users, events and bytes, also of archived logs. It may run beside a server.",
    )
    .option("--json", "one JSON object")
    .action((options: StatsOptions) => run((context) => stats(context, options)));
}

async function stats({ log_root, output, stderr }: CommandContext, options: StatsOptions): Promise<ExitCode> {
  const reader = await openReader({ root: log_root });
  const progress = await startProgress({
    command: "stats",
    stream: stderr,
    bar: true,
    count: () => countAllLogs(reader, options),
  });
  const ledger = new LedgerTally();
  const gone = new GoneLogs(reader);
  // Verifying reads on past a fault and counts bytes, so that a damaged log is counted as far as it can be.
  const count = async (
    log: LogName,
    verify: (take: (line: Line) => undefined) => Promise<LogReport | undefined>,
  ): Promise<void> => {
    const tally = new LogTally();
    const report = await verify((line) => {
      progress.lines(1);
      tally.add(line);
    });
    gone.note(log, report);
    if (report === undefined) return;
    ledger.add(log.user_id, tally, { bytes: report.bytes, faults: report.faults.length });
    progress.log();
  };
  try {
    for await (const log of matchingLogs(reader, options))
      await count(log, (take) => verifyIfStanding(reader, log, take));
    for await (const log of matchingArchives(reader, options))
      await count(log, (take) => reader.verifyArchive(log, take));
    for (const log of [...gone]) await count(log, (take) => verifyEitherForm(reader, log, take));
  } finally {
    progress.stop();
    await reader.close();
  }
  const report = ledger.report();
  for (const line of options.json ? [jsonText(report)] : describe(report)) await output.line(line);
  return report.faults > 0 ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

function describe(stats: LedgerStats): string[] {
  const counts = (title: string, record: Readonly<Record<string, number>>) =>
    Object.entries(record).map(([key, count]) => [`${title} ${key}`, String(count)]);
  const seconds = (value: number | null) => (value === null ? "-" : `${value.toFixed(3)} s`);
  const rows = [
    ["sessions", String(stats.sessions)],
    ...counts("  state", stats.sessions_by_state),
    ...counts("  kind", stats.sessions_by_kind),
    ["users", String(stats.users)],
    ["events", String(stats.events)],
    ...counts("  type", stats.events_by_type),
    ["bytes", String(stats.bytes)],
    ["first recorded", stats.first_recorded_at ?? "-"],
    ["last recorded", stats.last_recorded_at ?? "-"],
    ["ended sessions with a duration", String(stats.durations.sessions)],
    ["  median", seconds(stats.durations.median_seconds)],
    ["  95th percentile", seconds(stats.durations.p95_seconds)],
    ["faults", String(stats.faults)],
  ];
  return formatTable([{ title: "WHAT" }, { title: "HOW MUCH" }], rows);
}
