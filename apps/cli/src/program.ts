import { RecorderError } from "@session-ledger/schema_recorder";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Runner } from "./command_context.ts";
import { archiveCommand } from "./commands/archive.ts";
import { backupCommand } from "./commands/backup.ts";
import { eraseCommand } from "./commands/erase.ts";
import { importCommand } from "./commands/import.ts";
import { repairCommand } from "./commands/repair.ts";
import { replayCommand } from "./commands/replay.ts";
import { restoreCommand } from "./commands/restore.ts";
import { statsCommand } from "./commands/stats.ts";
import { tailCommand } from "./commands/tail.ts";
import { verifyCommand } from "./commands/verify.ts";
import { EXIT_CODES, EXIT_CODES_HELP, type ExitCode } from "./exit_codes.ts";
import { createOutput } from "./output.ts";
import { printable } from "./printable.ts";
import { UsageError } from "./usage_error.ts";

const COMMANDS = [
  replayCommand,
  verifyCommand,
  tailCommand,
  repairCommand,
  importCommand,
  statsCommand,
  archiveCommand,
  restoreCommand,
  eraseCommand,
  backupCommand,
];

/** Runs `session-ledger` with these arguments and gives its exit code. Results go to stdout, all else to stderr. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT_CODES.OK;
  const output = createOutput(process.stdout);
  const program = createProgram(async (work) => {
    code = await work({
      log_root: program.opts<{ logRoot: string }>().logRoot,
      output,
      stderr: process.stderr,
    });
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return explain(error);
  }
}

function createProgram(run: Runner): Command {
  const program = new Command("session-ledger")
    .description("Reads, checks and mends a log root of Session Ledger.")
    .addOption(
      new Option("--log-root <folder>", "the folder of the logs")
        .env("LOG_ROOT")
        .default("logs")
        .argParser(parseFolder),
    )
    .addHelpText("after", EXIT_CODES_HELP)
    .exitOverride();
  for (const create of COMMANDS) {
    const command = create(run).copyInheritedSettings(program).addHelpText("after", EXIT_CODES_HELP);
    program.addCommand(command);
  }
  return program;
}

/** An empty path would mean the working folder, which no one asks for that way. */
function parseFolder(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is empty.");
  return text;
}

/** Says on stderr what went wrong, and gives the exit code for it. */
function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.OK : EXIT_CODES.USAGE;
  // No one reads any more, as with `| head`: that ends a command, and is no failure.
  if (isClosedPipe(error)) return EXIT_CODES.OK;
  process.stderr.write(
    `session-ledger: ${printable(error instanceof Error ? error.message : String(error))}\n`,
  );
  if (error instanceof UsageError) return EXIT_CODES.USAGE;
  const locked = error instanceof RecorderError && error.code === "LOG_ROOT_LOCKED";
  return locked ? EXIT_CODES.ROOT_LOCKED : EXIT_CODES.STORE_FAILED;
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
