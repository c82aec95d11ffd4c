import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** What every command is given. */
export interface CommandContext {
  readonly log_root: string;
  readonly output: Output;
  readonly stderr: NodeJS.WriteStream;
}

/** Runs a command's work once its options are parsed; what it returns is the process's exit code. */
export type Runner = (work: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;
