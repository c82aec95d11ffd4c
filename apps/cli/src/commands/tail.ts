import { stat } from "node:fs/promises";
import { type JsonlReader, openReader, RecorderError } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { Command } from "commander";
import type { CommandContext, Runner } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { type LogFilter, matchingLogs, withLogFilter } from "../log_filter.ts";
import { LogFollower } from "../log_follower.ts";
import { jsonText, printable } from "../printable.ts";
import { UsageError } from "../usage_error.ts";

interface TailOptions extends LogFilter {
  readonly follow?: true;
}

export function tailCommand(run: Runner): Command {
  return withLogFilter(new Command("tail"))
    .description("Print the lines of logs, as they stand there. It may run beside a server.")
    .option("-f, --follow", "go on with further lines and sessions, until a signal")
    .action((options: TailOptions) => run((context) => tail(context, options)));
}

async function tail(context: CommandContext, options: TailOptions): Promise<ExitCode> {
  const { output } = context;
  const reader = await openReader({ root: context.log_root });
  let code: ExitCode = EXIT_CODES.OK;
  const on_line = (line: Line) => output.line(output.is_terminal ? jsonText(line) : lineText(line));
  const on_log_error = (error: unknown) => {
    if (!(error instanceof RecorderError)) throw error;
    if (error.code === "LOG_NOT_FOUND") return;
    context.stderr.write(`session-ledger: ${printable(error.message)}\n`);
    code = EXIT_CODES.FINDINGS;
  };
  try {
    if (options.follow) {
      await assertFolder(context.log_root);
      const follower = { reader, log_root: context.log_root, filter: options, on_line, on_log_error };
      await untilSignal((signal) => new LogFollower(follower).run(signal));
    } else {
      await printAll(reader, options, on_line, on_log_error);
    }
  } finally {
    await reader.close();
  }
  return code;
}

async function printAll(
  reader: JsonlReader,
  filter: LogFilter,
  on_line: (line: Line) => Promise<void>,
  on_log_error: (error: unknown) => void,
): Promise<void> {
  for await (const log of matchingLogs(reader, filter)) {
    try {
      for await (const line of reader.read(log)) await on_line(line);
    } catch (error) {
      on_log_error(error);
    }
  }
}

/** A line's own bytes, as the recorder wrote them: it escapes these two, which JSON itself does not ask for. */
function lineText(line: Line): string {
  return JSON.stringify(line).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** Runs `work` until SIGINT or SIGTERM, which end it in order. */
async function untilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once("SIGINT", abort).once("SIGTERM", abort);
  try {
    await work(stop.signal);
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}

/** A folder that is not there cannot be watched, and waiting for it in silence would look like a quiet ledger. */
async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw new UsageError(`there is no folder ${path} to follow`);
}
