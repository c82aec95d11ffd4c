import type { LogName } from "../recorder.ts";
import type { CatalogEntry } from "./catalog_entry.ts";

/** The entries that were committed between two flushes of the catalog, each as it stands last. */
export class CatalogGeneration {
  /** By session, which nearly always has one log: then the entry itself stands here. */
  readonly #entries = new Map<string, CatalogEntry | readonly CatalogEntry[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(log: LogName): CatalogEntry | undefined {
    const found = this.#entries.get(log.session_id);
    if (found === undefined) return undefined;
    if (isList(found)) return found.find((entry) => entry.log.user_id === log.user_id);
    return found.log.user_id === log.user_id ? found : undefined;
  }

  find(session_id: string): readonly CatalogEntry[] {
    const found = this.#entries.get(session_id);
    if (found === undefined) return NONE;
    return isList(found) ? found : [found];
  }

  *values(): Generator<CatalogEntry, void> {
    for (const found of this.#entries.values()) {
      if (isList(found)) yield* found;
      else yield found;
    }
  }

  has(log: LogName): boolean {
    return this.get(log) !== undefined;
  }

  delete(log: LogName): void {
    if (!this.has(log)) return;
    const others = this.find(log.session_id).filter((entry) => entry.log.user_id !== log.user_id);
    if (others.length === 0) this.#entries.delete(log.session_id);
    else this.#entries.set(log.session_id, others);
    this.#size -= 1;
  }

  set(entry: CatalogEntry): void {
    const { session_id, user_id } = entry.log;
    const found = this.#entries.get(session_id);
    if (found === undefined || (!isList(found) && found.log.user_id === user_id)) {
      if (found === undefined) this.#size += 1;
      this.#entries.set(session_id, entry);
      return;
    }
    const others = this.find(session_id).filter((each) => each.log.user_id !== user_id);
    if (others.length === this.find(session_id).length) this.#size += 1;
    this.#entries.set(session_id, [...others, entry]);
  }
}

const NONE: readonly CatalogEntry[] = [];

function isList(found: CatalogEntry | readonly CatalogEntry[]): found is readonly CatalogEntry[] {
  return Array.isArray(found);
}
