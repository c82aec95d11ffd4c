// What recovery has to do, log by log. The last operation on a log as a whole makes every earlier entry of that log of
// no account: what stands after it is what the operation left, and the appends since.
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import type { JournalEntry } from "./frame.ts";
import type { Segment } from "./segments.ts";

/** What the journal holds of one log. */
export interface LogPlan {
  readonly log: LogName;
  /** The last entry that is no append. */
  readonly operation?: JournalEntry;
  /** The appends after it, in order. */
  readonly appends: JournalEntry[];
}

export interface JournalPlan {
  /** By the log's key. */
  readonly logs: Map<string, LogPlan>;
  /** Erasures of logs that no other entry names, by the digest of the log. */
  readonly unnamed: Map<string, JournalEntry>;
  /** What the entries of erasures hold, in order. */
  readonly erasures: readonly string[];
}

/** How the entry of an erasure stands for its log. */
export interface ErasureDigests {
  /** The digest that the text of an entry holds. */
  readonly of_entry: (text: string) => string;
  readonly of_log: (log: LogName) => string;
}

export function planJournal(segments: readonly Segment[], digests: ErasureDigests): JournalPlan {
  const entries = segments.flatMap(({ frames }) => frames.flatMap((frame) => frame.entries));
  const erasures = entries.filter(({ kind }) => kind === "erase").map(({ data }) => data.toString("utf8"));
  const logs = new Map<string, LogPlan>();
  const unnamed = new Map<string, JournalEntry>();
  const named = new Map<string, LogName>();
  for (const entry of entries) {
    if (entry.kind === "erase") {
      const digest = digests.of_entry(entry.data.toString("utf8"));
      const log = named.get(digest);
      if (log === undefined) unnamed.set(digest, entry);
      else logs.set(logKey(log), { log, operation: { ...entry, log }, appends: [] });
      continue;
    }
    const { log } = entry;
    const key = logKey(log);
    let plan = logs.get(key);
    if (plan === undefined && erasures.length > 0) {
      const digest = digests.of_log(log);
      named.set(digest, log);
      const erasure = unnamed.get(digest);
      // The log was erased before its name stood in the journal, and made again.
      if (erasure !== undefined) plan = { log, operation: { ...erasure, log }, appends: [] };
      unnamed.delete(digest);
    }
    plan = entry.kind === "append" ? (plan ?? { log, appends: [] }) : { log, operation: entry, appends: [] };
    if (entry.kind === "append") plan.appends.push(entry);
    logs.set(key, plan);
  }
  return { logs, unnamed, erasures };
}
