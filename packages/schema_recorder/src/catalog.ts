import { logKey } from "./log_paths.ts";
import type { LogName, SessionEntry } from "./recorder.ts";

/** A session in the catalog, with the length of its log, where the next line goes. */
export interface CatalogEntry extends SessionEntry {
  readonly bytes: number;
}

/** The index of sessions, derived from their logs and held in memory. */
export class Catalog {
  readonly #entries = new Map<string, CatalogEntry>();
  readonly #logs_by_session = new Map<string, LogName[]>();
  /** Names as a file system that folds case sees them. Absent where case counts. */
  readonly #folded: Map<string, string> | undefined;

  constructor(options: { folds_case: boolean }) {
    this.#folded = options.folds_case ? new Map() : undefined;
  }

  get(log: LogName): CatalogEntry | undefined {
    return this.#entries.get(logKey(log));
  }

  find(session_id: string): CatalogEntry[] {
    const logs = this.#logs_by_session.get(session_id) ?? [];
    return logs.map((log) => this.#entries.get(logKey(log))).filter((entry) => entry !== undefined);
  }

  entries(): IterableIterator<CatalogEntry> {
    return this.#entries.values();
  }

  set(entry: CatalogEntry): void {
    const key = logKey(entry.log);
    if (!this.#entries.has(key)) {
      const logs = this.#logs_by_session.get(entry.log.session_id);
      if (logs === undefined) this.#logs_by_session.set(entry.log.session_id, [entry.log]);
      else logs.push(entry.log);
      for (const name of namesOnDisk(entry.log)) this.#folded?.set(name.toLowerCase(), name);
    }
    this.#entries.set(key, entry);
  }

  /** Whether a new log's names differ only in case from names that are taken, on a file system that folds case. */
  conflictsInCase(log: LogName): boolean {
    return namesOnDisk(log).some((name) => (this.#folded?.get(name.toLowerCase()) ?? name) !== name);
  }
}

function namesOnDisk(log: LogName): string[] {
  return [log.user_id, logKey(log)];
}
