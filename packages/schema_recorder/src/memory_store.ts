import { EventEmitter, once } from "node:events";
import type { Line } from "@session-ledger/session_contract";
import { claimOf, type SessionState } from "@session-ledger/session_domain";
import { logKey } from "./log_paths.ts";
import type { LogName, Recorder } from "./recorder.ts";

export interface StoredLog {
  readonly name: LogName;
  /** Each line's bytes, its newline included. */
  readonly lines: Buffer[];
  readonly state: SessionState;
  readonly last: Line;
}

/** What memory recorders record into. It outlives them, as a disk does. */
export interface MemoryStore {
  /** By the log's key, as `claims` and `commits` are too. */
  readonly logs: Map<string, StoredLog>;
  /** The key of the log that holds each claim. */
  readonly claims: Map<string, string>;
  /** Emits the key of a log after each commit to it. */
  readonly commits: EventEmitter;
  /** The recorders that are open on the store. */
  readonly recorders: Set<Recorder>;
}

export function createMemoryStore(): MemoryStore {
  const commits = new EventEmitter().setMaxListeners(0);
  return { logs: new Map(), claims: new Map(), commits, recorders: new Set() };
}

/** Leaves only the claims that the logs themselves imply, as a restart does. */
export function rebuildClaims({ logs, claims }: MemoryStore): void {
  claims.clear();
  for (const [key, { state }] of logs) {
    const claim = claimOf(state);
    if (claim !== undefined) claims.set(claim, key);
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
