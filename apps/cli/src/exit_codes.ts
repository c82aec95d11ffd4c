/** How a command ends, for scripts. `--help` and the docs name the same numbers. */
export const EXIT_CODES = {
  /** All is well. */
  OK: 0,
  /** The command did its work and found something: faults, or logs that cannot be imported. */
  FINDINGS: 1,
  /** The command line or the environment holds a mistake. Nothing was done. */
  USAGE: 2,
  /** Another process writes to the log root. Nothing was done. */
  ROOT_LOCKED: 3,
  /** The log root cannot be read or written, or something unexpected happened. */
  STORE_FAILED: 4,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODES_HELP = `
Exit codes:
  0  all is well
  1  findings: a log has faults, or something could not be imported
  2  usage: the command line or the environment holds a mistake
  3  another process writes to the log root
  4  the log root cannot be read or written`;
