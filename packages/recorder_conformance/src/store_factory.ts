import type { Recorder } from "@session-ledger/schema_recorder";

/** A store that recorders record into, made for one test. */
export interface StoreUnderTest {
  /**
   * Opens a recorder on the store. It is called again for a restart, once the recorder before was closed, and, if
   * the store takes several writers, for a rival beside a living recorder.
   */
  open(): Promise<Recorder>;
  /** Leaves nothing of the store behind. Every recorder on it is closed by then. */
  remove(): Promise<void>;
}

/** What the conformance suite needs to know of a kind of store. */
export interface StoreFactory {
  /** Makes an empty store. Its recorders take the time from `clock`, in milliseconds since the epoch. */
  create(clock: () => number): Promise<StoreUnderTest>;
  /** Whether two recorders may be open on one store at once: then the suite lets them race. */
  readonly several_writers: boolean;
}
