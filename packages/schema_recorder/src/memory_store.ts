import { EventEmitter, once } from "node:events";
import type { Line } from "@session-ledger/session_contract";
import { claimOf, type SessionState } from "@session-ledger/session_domain";
import { Claims } from "./claims.ts";
import { logKey } from "./log_paths.ts";
import type { Erasure, LogName, Recorder } from "./recorder.ts";

export interface StoredLog {
  readonly name: LogName;
  /** Each line's text, without its newline. */
  readonly lines: string[];
  readonly state: SessionState;
  readonly last: Line;
  readonly archived_at?: string;
}

/** What memory recorders record into. It outlives them, as a disk does. */
export interface MemoryStore {
  /** By the log's key. */
  readonly logs: Map<string, StoredLog>;
  /** What remains of erased sessions, by session_id. */
  readonly erasures: Map<string, Erasure>;
  claims: Claims;
  /** Emits the key of a log after each commit to it. */
  readonly commits: EventEmitter;
  /** The recorders that are open on the store. */
  readonly recorders: Set<Recorder>;
}

export function createMemoryStore(): MemoryStore {
  const commits = new EventEmitter().setMaxListeners(0);
  return { logs: new Map(), erasures: new Map(), claims: new Claims(), commits, recorders: new Set() };
}

/** Leaves only the claims that the logs themselves imply, as a restart does. */
export function rebuildClaims(store: MemoryStore): void {
  store.claims = new Claims();
  for (const { name, state } of store.logs.values()) {
    const claim = claimOf(state);
    if (claim !== undefined) store.claims.hold(claim, name);
  }
}

/** Resolves after the next commit to `log`, or at the signal. */
export async function nextCommit({ commits }: MemoryStore, log: LogName, signal: AbortSignal): Promise<void> {
  try {
    await once(commits, logKey(log), { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
