import { INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import type { Fault, LogName, SessionEntry } from "../recorder.ts";

/** A session in the catalog, with what the recorder needs to add the next line to its log. */
export interface CatalogEntry extends SessionEntry {
  /** How many bytes the log has. */
  readonly bytes: number;
  /** Random, made with the log, in hex. */
  readonly incarnation: string;
  /** The claim that the session holds. */
  readonly claim: string | undefined;
}

/** The entry of a log that has no line yet. */
export function newEntry(log: LogName, incarnation: string): CatalogEntry {
  const state: SessionState = INITIAL_STATE;
  return { log, state, recorded_at: "", hash: "", bytes: 0, incarnation, claim: undefined };
}

/** What the recorder tells of an entry, and of the damage of its log. */
export function toSessionEntry(entry: CatalogEntry, fault: Fault | undefined): SessionEntry {
  const { log, state, recorded_at, hash } = entry;
  return { log, state, recorded_at, hash, ...(fault === undefined ? {} : { fault }) };
}
