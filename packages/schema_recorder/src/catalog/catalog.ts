import { logKey } from "../log_paths.ts";
import type { LinePlace, ListPosition, LogName, SessionCountQuery, SessionQuery } from "../recorder.ts";
import { beginningOf, comparePositions, isListed, positionOf } from "../session_query.ts";
import type { CatalogEntry } from "./catalog_entry.ts";
import type { CatalogFile } from "./catalog_file.ts";
import { CatalogGeneration } from "./catalog_generation.ts";
import { CatalogDamaged } from "./catalog_row.ts";
import type { CatalogWriter } from "./catalog_writer.ts";
import { IdempotencyKeys } from "./idempotency_keys.ts";
import type { KeyPlace, PlacedKey } from "./idempotency_table.ts";
import { RecentOrder } from "./recent_order.ts";
import { SessionCounts } from "./session_counts.ts";

/** How many entries of the file are kept in memory: reading one from SQLite costs as much as an append. */
const ENTRIES_CACHED_MAX = 10_000;

/** How many sessions are remembered as absent from the file. */
const SESSIONS_ABSENT_MAX = 10_000;

interface Listed {
  readonly position: ListPosition;
  /** Absent: it stands in the file. */
  readonly entry?: CatalogEntry;
}

interface Removal {
  readonly log: LogName;
  /** The entry as it was last, if that is not in the file. */
  readonly unwritten: CatalogEntry | undefined;
}

/**
 * The index of sessions: what is committed and not yet in the file, over the file. Entries stay in memory until the
 * checkpoint after the one that wrote them, so memory is bounded by the journal and not by the number of sessions.
 */
export class Catalog {
  readonly idempotency_keys: IdempotencyKeys;
  readonly #file: CatalogFile;
  /** Committed since the last flush began. */
  #fresh = new CatalogGeneration();
  /** Being flushed. */
  #flushing = new CatalogGeneration();
  /** What the last flush wrote: a session that was busy then is likely to be asked for again. */
  #flushed = new CatalogGeneration();
  /** Removed since the last checkpoint began, and not necessarily from the file. */
  #removed = new Map<string, Removal>();
  /** Removed by what the checkpoint under way covers. */
  #flushing_removed = new Map<string, LogName>();
  /** Entries as the file has them, the least recently used first. */
  readonly #cached = new Map<string, CatalogEntry>();
  /** Sessions that the file was asked for and does not have: a start asks for its new id before it takes it. */
  readonly #absent = new Set<string>();
  /** Fresh and flushing entries in the order of lists. */
  #order = new RecentOrder();
  readonly #counts = new SessionCounts();
  /** Names as a file system that folds case sees them. Absent where case counts. */
  readonly #folded: Map<string, string> | undefined;

  constructor(file: CatalogFile, options: { folds_case: boolean }) {
    this.#file = file;
    this.idempotency_keys = new IdempotencyKeys(file.idempotency_keys);
    this.#folded = options.folds_case ? new Map() : undefined;
  }

  get(log: LogName): CatalogEntry | undefined {
    const recent = this.#recent(log);
    if (recent !== undefined) return recent;
    if (this.#isRemoved(log)) return undefined;
    const flushed = this.#flushed.get(log);
    if (flushed !== undefined) return flushed;
    if (this.#absent.has(log.session_id)) return undefined;
    const key = logKey(log);
    const entry = this.#cached.get(key) ?? this.#file.get(log);
    if (entry !== undefined) this.#cache(key, entry);
    return entry;
  }

  find(session_id: string): CatalogEntry[] {
    const filed = this.#absent.has(session_id) ? [] : this.#file.find(session_id);
    if (filed.length === 0) this.#noteAbsent(session_id);
    const recent = [...this.#flushing.find(session_id), ...this.#fresh.find(session_id)];
    if (filed.length + recent.length === 0) return [];
    const found = new Map<string, CatalogEntry>();
    for (const entry of [...filed, ...recent]) found.set(logKey(entry.log), entry);
    // A log that was removed, and not begun again since, stands in what was written before.
    return [...found.values()].filter(({ log }) => !this.#isRemoved(log));
  }

  /** Every entry that holds a claim. */
  *claimed(): Generator<CatalogEntry, void> {
    for (const entry of this.#file.claimed()) {
      if (this.#recent(entry.log) === undefined && !this.#isRemoved(entry.log)) yield entry;
    }
    for (const entry of this.#recentEntries()) if (entry.claim !== undefined) yield entry;
  }

  /** Every entry, in no order; those committed meanwhile may or may not be among them. */
  *entries(): Generator<CatalogEntry, void> {
    const recent = [...this.#recentEntries()];
    const known = new Set(recent.map((entry) => logKey(entry.log)));
    yield* recent;
    for (const entry of this.#file.entries()) {
      if (!known.has(logKey(entry.log)) && !this.#isRemoved(entry.log)) yield entry;
    }
  }

  /** The line of an idempotency key, unless its log was erased, or made anew under the same name. */
  findByIdempotencyKey(scope: string): LinePlace | undefined {
    const place = this.idempotency_keys.find(scope);
    return place !== undefined && this.#stands(place) ? { log: place.log, seq: place.seq } : undefined;
  }

  /** A list's entries, in its order, from where its page begins. It must be read in one turn. */
  *list(query: SessionQuery): Generator<CatalogEntry, void> {
    let skip = query.skip ?? 0;
    for (const { position, entry } of this.#listed(query)) {
      if (skip > 0) skip -= 1;
      else yield entry ?? this.#listedInFile(query, position);
    }
  }

  /** How many sessions an owner has, by the list of each kind and state. */
  count({ user_id, kinds, states }: SessionCountQuery): number {
    let count = 0;
    for (const kind of kinds) {
      for (const state of states) {
        const query = { user_id, kinds: [kind], states: [state], limit: Number.POSITIVE_INFINITY };
        count += this.#counts.of(user_id, kind, state, () => countOf(this.#listed(query)));
      }
    }
    return count;
  }

  /** A list's places in its order, those of entries in memory with the entry. */
  *#listed(query: SessionQuery): Generator<Listed, void> {
    const recent = this.#recentListed(query);
    let next_recent = recent.next().value;
    for (const position of this.#file.list(query)) {
      if (this.#recent(position) !== undefined || this.#isRemoved(position)) continue;
      while (next_recent !== undefined && comparePositions(next_recent.position, position) < 0) {
        yield next_recent;
        next_recent = recent.next().value;
      }
      yield { position };
    }
    for (; next_recent !== undefined; next_recent = recent.next().value) yield next_recent;
  }

  set(entry: CatalogEntry): void {
    const key = logKey(entry.log);
    this.#counts.note(entry.log.user_id, () => this.get(entry.log)?.state, entry.state);
    this.#order.note(entry, this.#recent(entry.log));
    if (this.#folded !== undefined) this.#fold(entry.log);
    this.#cached.delete(key);
    this.#fresh.set(entry);
  }

  /** The log was erased. Its row is gone from the file at the checkpoint that covers the erasure. */
  remove(log: LogName): void {
    const key = logKey(log);
    this.#counts.note(log.user_id, () => this.get(log)?.state, undefined);
    this.#removed.set(key, { log, unwritten: this.#fresh.get(log) });
    this.#fresh.delete(log);
    this.#cached.delete(key);
    this.#folded?.delete(key.toLowerCase());
  }

  /**
   * Called when a checkpoint begins: the rows of logs that were removed by now go with its flush. A row must not go
   * before its log's removal is durable, since an erasure that was cut off is found by it.
   */
  sealRemovals(): void {
    for (const [key, { log }] of this.#removed) this.#flushing_removed.set(key, log);
    this.#removed = new Map();
  }

  /** Whether a new log's names differ only in case from names that are taken, on a file system that folds case. */
  conflictsInCase(log: LogName): boolean {
    const folded = this.#folded;
    if (folded === undefined) return false;
    return namesOnDisk(log).some((name) => (folded.get(name.toLowerCase()) ?? name) !== name);
  }

  /** How many entries wait to be flushed. */
  get fresh_count(): number {
    return this.#fresh.size;
  }

  /** Has every entry committed so far written to the file, with the journal's position. Commits go on meanwhile. */
  async flush(next_batch: number, writer: CatalogWriter): Promise<void> {
    this.#flushing = this.#fresh;
    this.#fresh = new CatalogGeneration();
    const removed = [...this.#flushing_removed.values()];
    const keys = this.#standing(this.idempotency_keys.beginFlush());
    this.#file.releaseReads();
    await writer.write({ removed, entries: this.#toWrite([...this.#removed.values()]), keys, next_batch });
    this.#file.shareReads();
    this.idempotency_keys.endFlush();
    this.#flushing_removed = new Map();
    this.#flushed = this.#flushing;
    this.#flushing = new CatalogGeneration();
    this.#absent.clear();
    this.#order = new RecentOrder(this.#fresh.values());
  }

  /**
   * The entries of a flush. A log that was removed since its checkpoint began has its last row until the next one: by
   * the incarnation in it an erasure that was cut off finds the log, whose other entries go with the segment.
   */
  *#toWrite(removals: readonly Removal[]): Generator<CatalogEntry, void> {
    for (const { unwritten } of removals) if (unwritten !== undefined) yield unwritten;
    yield* this.#flushing.values();
  }

  /** The file gets new sessions from a flush alone, which forgets what was noted here. */
  #noteAbsent(session_id: string): void {
    if (this.#absent.size >= SESSIONS_ABSENT_MAX) this.#absent.clear();
    this.#absent.add(session_id);
  }

  #stands({ log, life }: KeyPlace): boolean {
    return this.get(log)?.life === life;
  }

  #recent(log: LogName): CatalogEntry | undefined {
    const fresh = this.#fresh.get(log);
    if (fresh !== undefined) return fresh;
    const is_removed = this.#removed.size > 0 && this.#removed.has(logKey(log));
    return is_removed ? undefined : this.#flushing.get(log);
  }

  #isRemoved(log: LogName): boolean {
    if (this.#removed.size + this.#flushing_removed.size === 0 || this.#fresh.has(log)) return false;
    const key = logKey(log);
    return this.#removed.has(key) || (this.#flushing_removed.has(key) && !this.#flushing.has(log));
  }

  /** A key of a log that was erased meanwhile names its owner, and must not come into the file. */
  *#standing(keys: Iterable<PlacedKey>): Generator<PlacedKey, void> {
    for (const key of keys) if (this.#stands(key[1])) yield key;
  }

  *#recentListed(query: SessionQuery) {
    for (const position of this.#order.behind(beginningOf(query))) {
      const entry = this.#recent(position);
      // What was erased, or begun anew since, leaves its old place behind until the next flush.
      const stands = entry !== undefined && comparePositions(positionOf(entry), position) === 0;
      if (stands && isListed(query, entry, position)) yield { entry, position };
    }
  }

  /** The entry that the index names; lists go past the cache, which they would fill with what nobody uses. */
  #listedInFile(query: SessionQuery, position: ListPosition): CatalogEntry {
    const entry =
      this.#flushed.get(position) ?? this.#cached.get(logKey(position)) ?? this.#file.get(position);
    const agrees = entry !== undefined && comparePositions(positionOf(entry), position) === 0;
    if (!agrees || !isListed(query, entry, position)) throw new CatalogDamaged("a list names another row");
    return entry;
  }

  #cache(key: string, entry: CatalogEntry): void {
    this.#cached.delete(key);
    this.#cached.set(key, entry);
    if (this.#cached.size <= ENTRIES_CACHED_MAX) return;
    const [oldest] = this.#cached.keys();
    this.#cached.delete(oldest!);
  }

  *#recentEntries(): Generator<CatalogEntry, void> {
    yield* this.#fresh.values();
    for (const entry of this.#flushing.values()) {
      if (!this.#fresh.has(entry.log) && !this.#removed.has(logKey(entry.log))) yield entry;
    }
  }

  #fold(log: LogName): void {
    for (const name of namesOnDisk(log)) this.#folded?.set(name.toLowerCase(), name);
  }
}

function namesOnDisk(log: LogName): string[] {
  return [log.user_id, logKey(log)];
}

function countOf(each: Iterable<unknown>): number {
  let count = 0;
  for (const _ of each) count += 1;
  return count;
}
