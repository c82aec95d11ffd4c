/** How the process ends, for supervisors. README and docs name the same numbers. */
export const EXIT_CODES = {
  /** A signal was obeyed: everything accepted was finished, and the lock is free. */
  OK: 0,
  /** An unexpected error, or a stop that had to be forced. */
  FAILED: 1,
  /** The environment holds a mistake. */
  CONFIG_INVALID: 2,
  /** Another process writes to the log root. */
  ROOT_LOCKED: 3,
  /** A write or a sync failed; the next start recovers by replay. */
  STORE_FAILED: 4,
  /** The server cannot listen at HOST and PORT. */
  ADDRESS_UNAVAILABLE: 5,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
