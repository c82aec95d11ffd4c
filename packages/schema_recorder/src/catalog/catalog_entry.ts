import { INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import type { Fault, LogName, SessionEntry } from "../recorder.ts";

/** A session in the catalog, with what the recorder needs to add the next line to its log. */
export interface CatalogEntry extends SessionEntry {
  /** How many bytes the log has. */
  readonly bytes: number;
  /** Random, in hex: made with the log, and anew whenever another file takes the log's place. */
  readonly incarnation: string;
  /** The incarnation that the log was made with. It ends when the log is erased. */
  readonly life: string;
  /** The claim that the session holds. */
  readonly claim: string | undefined;
}

/** The entry of a log that has no line yet. */
export function newEntry(log: LogName, incarnation: string): CatalogEntry {
  const state: SessionState = INITIAL_STATE;
  return {
    log,
    state,
    recorded_at: "",
    hash: "",
    bytes: 0,
    incarnation,
    life: incarnation,
    claim: undefined,
  };
}

/** What the recorder tells of an entry, and of the damage of its log. */
export function toSessionEntry(entry: CatalogEntry, fault: Fault | undefined): SessionEntry {
  const { log, state, recorded_at, hash, archived_at } = entry;
  const archived = archived_at === undefined ? {} : { archived_at };
  return { log, state, recorded_at, hash, ...archived, ...(fault === undefined ? {} : { fault }) };
}
