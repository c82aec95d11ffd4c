import type { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import type { RandomNumbers } from "./random_numbers.ts";
import type { RootFiles } from "./root_files.ts";

export interface ClientOptions {
  readonly url: string;
  readonly random: RandomNumbers;
  /** To be called with each answer that says that something is done. */
  readonly onAcknowledged: () => void;
}

/** What a server recovered. */
export interface Recovered {
  readonly ledger: LedgerUnderTest;
  readonly files: RootFiles;
  /** Whether the server is to be asked about everything, and not only about what a round can have changed. */
  readonly ask_all: boolean;
}

/** What the clients of one face do in a round, and what they know of it. */
export interface Workload {
  /** How many acknowledgements of its clients a round waits for at the most. */
  readonly acknowledgements_max: number;
  /** Begins its clients, each of which works until the server is gone. `newOptions` gives each its own. */
  run(newOptions: () => ClientOptions): readonly Promise<void>[];
  /** Holds what a kill left below the log root against what the clients know, before anything is recovered. */
  checkKilled(files: RootFiles): void;
  /** Holds what a server recovered against what the clients know, and takes it as final. */
  checkRecovered(recovered: Recovered): Promise<void>;
  /** What the rounds amounted to so far. */
  readonly report: Readonly<Record<string, number>>;
}

/**
 * Runs a client until its server no longer answers.
 * @throws whatever the client throws for an answer that nothing explains
 */
export async function untilGone(client: () => Promise<never>): Promise<void> {
  try {
    await client();
  } catch (error) {
    // `fetch` has this one error for a connection that cannot be made or broke.
    if (!(error instanceof TypeError)) throw error;
  }
}
