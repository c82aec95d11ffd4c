import type { Line } from "@session-ledger/session_contract";
import { claimOf, evolve } from "@session-ledger/session_domain";
import type { JournalEntry } from "../journal/frame.ts";
import type { JournalPlan } from "../journal/journal_plan.ts";
import type { Segment } from "../journal/segments.ts";
import { logKey } from "../log_paths.ts";
import type { Catalog } from "./catalog.ts";
import { type CatalogEntry, newEntry } from "./catalog_entry.ts";
import { CatalogDamaged } from "./catalog_row.ts";

/**
 * Brings the catalog up to the journal: folds the lines of each entry from batch `position` on. Segments before that
 * may stand without those after them, when recovery was cut off between their removals. Logs to which something was
 * done as a whole are left out, but for those that were erased: what they are is not to be had from the journal.
 * @throws CatalogDamaged when an entry does not follow what the catalog knows of its log
 */
export function catchUp(
  catalog: Catalog,
  segments: readonly Segment[],
  position: number,
  { logs }: JournalPlan,
): void {
  const missed = segments
    .flatMap(({ frames }) => frames)
    .filter(({ batch }) => batch >= position)
    .flatMap(({ entries }) => entries);
  for (const entry of missed) {
    if (entry.kind === "append" && logs.get(logKey(entry.log))?.operation === undefined) {
      catchUpLog(catalog, entry);
    }
  }
  for (const { log, operation, appends } of logs.values()) {
    if (operation?.kind !== "erase") continue;
    catalog.remove(log);
    for (const entry of appends) catchUpLog(catalog, entry);
  }
}

function catchUpLog(catalog: Catalog, { log, incarnation, byte_offset, data }: JournalEntry): void {
  const known = byte_offset === 0 ? undefined : catalog.get(log);
  const before = known ?? newEntry(log, incarnation);
  // The flush of a checkpoint may have been ahead of its position.
  if (before.bytes >= byte_offset + data.length) return;
  if (before.bytes !== byte_offset) throw new CatalogDamaged("an entry does not follow the catalog");
  let entry: CatalogEntry = { ...before, bytes: byte_offset + data.length };
  for (const text of data.toString("utf8").split("\n").filter(Boolean)) {
    const line = JSON.parse(text) as Line;
    entry = addLine(entry, line);
    catalog.idempotency_keys.note(line, entry);
  }
  catalog.set(entry);
}

function addLine(entry: CatalogEntry, line: Line): CatalogEntry {
  const state = evolve(entry.state, line);
  return { ...entry, state, recorded_at: line.recorded_at, hash: line.hash, claim: claimOf(state) };
}
