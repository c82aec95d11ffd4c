import type { ListPosition } from "../recorder.ts";
import { comparePositions, type Placed, positionOf } from "../session_query.ts";
import type { CatalogEntry } from "./catalog_entry.ts";

/**
 * The places in lists of the sessions that are not in the catalog's file yet. Noting one costs a commit next to
 * nothing; they are put in order when a list is asked for.
 */
export class RecentOrder {
  #sorted: ListPosition[] = [];
  #noted: Placed[] = [];

  constructor(entries: Iterable<CatalogEntry> = []) {
    for (const entry of entries) this.note(entry, undefined);
  }

  /** Takes an entry that is new here, `before` being what stood in its place, or has only now become a session. */
  note(entry: CatalogEntry, before: CatalogEntry | undefined): void {
    const was_session = before !== undefined && before.state.status !== "none";
    if (was_session || entry.state.status === "none") return;
    // The entry as it is now would stay in memory beside each later one of its session.
    this.#noted.push({ log: entry.log, state: { started_at: entry.state.started_at } });
  }

  /** The places behind `begin`, in the order of lists. */
  *behind(begin: ListPosition): Generator<ListPosition, void> {
    const sorted = this.#inOrder();
    let from = 0;
    let to = sorted.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (comparePositions(sorted[middle]!, begin) <= 0) from = middle + 1;
      else to = middle;
    }
    for (; from < sorted.length; from += 1) yield sorted[from]!;
  }

  #inOrder(): readonly ListPosition[] {
    if (this.#noted.length > 0) {
      const sorted = [...this.#sorted, ...this.#noted.map(positionOf)].sort(comparePositions);
      // A log that was erased and begun anew was noted twice.
      this.#sorted = sorted.filter((each, at) => at === 0 || comparePositions(sorted[at - 1]!, each) !== 0);
      this.#noted = [];
    }
    return this.#sorted;
  }
}
