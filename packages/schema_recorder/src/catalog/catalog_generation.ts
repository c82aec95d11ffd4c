import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import type { CatalogEntry } from "./catalog_entry.ts";

/** The entries that were committed between two flushes of the catalog, each as it stands last. */
export class CatalogGeneration {
  readonly #entries = new Map<string, CatalogEntry>();
  /** The logs of a session: nearly always one. */
  readonly #keys_by_session = new Map<string, readonly string[]>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): CatalogEntry | undefined {
    return this.#entries.get(key);
  }

  find(session_id: string): readonly CatalogEntry[] {
    const keys = this.#keys_by_session.get(session_id);
    return keys === undefined ? [] : keys.map((key) => this.#entries.get(key)!);
  }

  values(): Iterable<CatalogEntry> {
    return this.#entries.values();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  delete(log: LogName): void {
    const { session_id } = log;
    const key = logKey(log);
    if (!this.#entries.delete(key)) return;
    const keys = this.#keys_by_session.get(session_id)?.filter((each) => each !== key) ?? [];
    if (keys.length === 0) this.#keys_by_session.delete(session_id);
    else this.#keys_by_session.set(session_id, keys);
  }

  set(entry: CatalogEntry): void {
    const key = logKey(entry.log);
    const { session_id } = entry.log;
    const keys = this.#keys_by_session.get(session_id);
    if (keys === undefined) this.#keys_by_session.set(session_id, [key]);
    else if (!keys.includes(key)) this.#keys_by_session.set(session_id, [...keys, key]);
    this.#entries.set(key, entry);
  }
}
