import type { ExitCode } from "./exit_codes.ts";

/** A start that something outside the program stands against. The message is one line for the operator. */
export class StartRefused extends Error {
  override name = "StartRefused";
  readonly exit_code: ExitCode;

  constructor(exit_code: ExitCode, message: string, cause: unknown) {
    super(message, { cause });
    this.exit_code = exit_code;
  }
}
