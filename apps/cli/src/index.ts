export { EXIT_CODES, type ExitCode } from "./exit_codes.ts";
export { run } from "./program.ts";
