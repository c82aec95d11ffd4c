import type { Surroundings } from "./test_simulated_process.ts";

/** A fault put between the recorder and its disk: one that the proofs must find. */
export interface Mutant {
  /** Changes what the running recorder does to the disk. */
  readonly writer?: (process: Surroundings) => Surroundings;
  /** Changes what recovery does. */
  readonly recovery?: (process: Surroundings) => Surroundings;
}

/** No fault: the recorder as it is. */
export const SOUND: Mutant = {};
