import { openReader, runOnLogs } from "@session-ledger/schema_recorder";
import { Command, InvalidArgumentError } from "commander";
import type { CommandContext, Runner } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { counted, faultText } from "../fault_text.ts";
import { countLogs, type LogFilter, matchingLogs, withLogFilter } from "../log_filter.ts";
import { jsonText } from "../printable.ts";
import { startProgress } from "../progress.ts";
import { SESSION_COLUMNS, type SessionRow, toCells } from "../session_row.ts";
import { formatTable } from "../table.ts";
import type { ReplayInput } from "../tasks/replay_task.ts";
import { workersOption } from "../workers_option.ts";

const TASK = new URL("../tasks/replay_task.ts", import.meta.url);

interface ReplayOptions extends LogFilter {
  readonly json?: true;
  readonly until?: number;
  readonly workers?: number;
}

export function replayCommand(run: Runner): Command {
  return withLogFilter(new Command("replay"))
    .description("Fold every log and show each session's state. It may run beside a server.")
    .option("--until <seq>", "fold each log up to this seq only", parseSeq)
    .addOption(workersOption())
    .option("--json", "one JSON object a session, instead of a table")
    .action((options: ReplayOptions) => run((context) => replay(context, options)));
}

async function replay(
  { log_root, output, stderr }: CommandContext,
  options: ReplayOptions,
): Promise<ExitCode> {
  const reader = await openReader({ root: log_root });
  const progress = await startProgress({
    command: "replay",
    stream: stderr,
    bar: !(options.json && output.is_terminal),
    count: () => countLogs(reader, options),
  });
  const input: ReplayInput = { until_seq: options.until };
  const rows_in_order = runOnLogs<SessionRow | undefined>(matchingLogs(reader, options), {
    root: log_root,
    module: TASK,
    input,
    workers: options.workers,
    on_lines: (lines) => progress.lines(lines),
  });
  const rows: SessionRow[] = [];
  let faulty = false;
  try {
    for await (const { result: row } of rows_in_order) {
      progress.log();
      if (row === undefined) continue;
      faulty ||= row.fault !== undefined;
      if (options.json) await output.line(jsonText(row));
      else rows.push(row);
    }
  } finally {
    progress.stop();
    await reader.close();
  }
  if (!options.json) for (const line of describe(rows)) await output.line(line);
  return faulty ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

function describe(rows: readonly SessionRow[]): readonly string[] {
  const faults = rows.flatMap((row) => row.fault ?? []);
  const events = rows.reduce((sum, row) => sum + row.events, 0);
  return [
    ...(rows.length > 0 ? [...formatTable(SESSION_COLUMNS, rows.map(toCells)), ""] : []),
    ...faults.map((fault) => `fault: ${faultText(fault)}`),
    `${counted(rows.length, "session")}, ${counted(events, "event")}, ${counted(faults.length, "fault")}`,
  ];
}

function parseSeq(text: string): number {
  const seq = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seq) || seq < 1) {
    throw new InvalidArgumentError("It is a whole number from 1.");
  }
  return seq;
}
