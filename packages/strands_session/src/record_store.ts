import type { StorageRecord } from "./storage_record.ts";

/** A place in a list. A list that was removed and begun again is another one, and has another agent. */
export interface Place {
  /** How many records stand before it. */
  readonly count: number;
  /** The agent that the records are messages of; undefined while the list has none. */
  readonly agent_id: string | undefined;
  /** The hash of the log's last line, where the store knows it. */
  readonly hash?: string;
}

/** What a list has after a place. */
export interface RecordsAfter {
  /** Whether they are all that the list has; otherwise they go on where the place stood. */
  readonly from_start: boolean;
  readonly records: readonly StorageRecord[];
  /** The place after the last of them. */
  readonly place: Place;
}

/** Where records are kept: in lists that have names and only grow, until they are removed as a whole. */
export interface RecordStore {
  /** The records after `place`, by default all; undefined if there is no such list. */
  read(list: string, place: Place | undefined): Promise<RecordsAfter | undefined>;

  /**
   * Puts records behind `place`, or begins the list with them, in this order: all of them, or some of the first but not
   * the last. The place behind them; undefined if the list has moved on, is another by now, or was begun by someone else.
   */
  append(
    list: string,
    place: Place | undefined,
    records: readonly StorageRecord[],
  ): Promise<Place | undefined>;

  /** Erases a list, unless it has moved on. */
  remove(list: string, place: Place): Promise<void>;

  /** The names of all lists. */
  lists(): AsyncIterable<string>;
}
