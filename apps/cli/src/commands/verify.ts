import { type LogReport, openReader, runOnLogs } from "@session-ledger/schema_recorder";
import { Command } from "commander";
import type { CommandContext, Runner } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { counted, faultText } from "../fault_text.ts";
import {
  countAllLogs,
  type LogFilter,
  matchingArchives,
  matchingLogs,
  withLogFilter,
} from "../log_filter.ts";
import { jsonText } from "../printable.ts";
import { startProgress } from "../progress.ts";
import type { SchemaCheck } from "../schema_check.ts";
import { GoneLogs, verifyEitherForm } from "../standing_logs.ts";
import { workersOption } from "../workers_option.ts";

const TASK = new URL("../tasks/verify_task.ts", import.meta.url);

interface VerifyOptions extends LogFilter {
  readonly json?: true;
  readonly workers?: number;
}

export function verifyCommand(run: Runner): Command {
  return withLogFilter(new Command("verify"))
    .description(
      "Check the chain, the order and the schema of every line, also of archived logs. It may run beside a server.",
    )
    .addOption(workersOption())
    .option("--json", "one JSON object a fault, and the summary as the last")
    .action((options: VerifyOptions) => run((context) => verify(context, options)));
}

async function verify(
  { log_root, output, stderr }: CommandContext,
  options: VerifyOptions,
): Promise<ExitCode> {
  const reader = await openReader({ root: log_root });
  const progress = await startProgress({
    command: "verify",
    stream: stderr,
    bar: !output.is_terminal,
    count: () => countAllLogs(reader, options),
  });
  const reports = runOnLogs<LogReport | undefined>(matchingLogs(reader, options), {
    root: log_root,
    module: TASK,
    workers: options.workers,
    on_lines: (lines) => progress.lines(lines),
  });
  const summary = { logs: 0, archived: 0, lines: 0, bytes: 0, faults: 0, in_flight: 0 };
  const gone = new GoneLogs(reader);
  const add = async (report: LogReport | undefined): Promise<void> => {
    if (report === undefined) return;
    progress.log();
    summary.logs += 1;
    summary.archived += report.file === reader.logFile(report.log) ? 0 : 1;
    summary.lines += report.lines;
    summary.bytes += report.bytes;
    summary.faults += report.faults.length;
    summary.in_flight += report.in_flight ? 1 : 0;
    for (const fault of report.faults) await output.line(options.json ? jsonText(fault) : faultText(fault));
  };
  // Loaded and made for the first archive, since most roots have none; logs are checked by their task.
  let made: SchemaCheck | undefined;
  const schemaCheck = async (): Promise<SchemaCheck> => {
    made ??= (await import("../schema_check.ts")).createSchemaCheck();
    return made;
  };
  try {
    for await (const { log, result } of reports) {
      gone.note(log, result);
      await add(result);
    }
    for await (const log of matchingArchives(reader, options)) {
      const report = await reader.verifyArchive(log, await schemaCheck());
      gone.note(log, report);
      progress.lines(report?.lines ?? 0);
      await add(report);
    }
    for (const log of gone) await add(await verifyEitherForm(reader, log, await schemaCheck()));
    // A log that is gone is told only to who asks for all of them.
    const missing = options.user === undefined && options.session === undefined ? reader.missingLogs() : [];
    for await (const fault of missing) {
      summary.faults += 1;
      await output.line(options.json ? jsonText(fault) : faultText(fault));
    }
  } finally {
    progress.stop();
    await reader.close();
  }
  await output.line(options.json ? jsonText({ summary }) : describe(summary));
  return summary.faults > 0 ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

function describe({ logs, archived, lines, bytes, faults, in_flight }: Record<string, number>): string {
  const found = [
    counted(logs!, "log"),
    counted(lines!, "line"),
    counted(bytes!, "byte"),
    counted(faults!, "fault"),
  ];
  if (archived! > 0) found.push(`${archived} archived`);
  if (in_flight! > 0) found.push(`${in_flight} with a line in flight`);
  return found.join(", ");
}
