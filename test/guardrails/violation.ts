/** A place where a file breaks a rule of the house. */
export interface Violation {
  /** Relative to the root of the repository. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, for the person who mends it. */
  readonly problem: string;
}
