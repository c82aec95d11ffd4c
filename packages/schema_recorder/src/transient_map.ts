/** How many removals it takes until the entries move: few enough that little garbage hangs together. */
const REMOVALS_MAX = 256;
/** Above this many entries moving them costs more than it saves, and V8 grows or shrinks its table seldom. */
const ENTRIES_MOVED_MAX = 4_096;

/**
 * A map for entries that come and go with requests. V8 links each table that a `Map` outgrows, or fills with removed
 * entries, to the next one. Once such a table is old, whatever stood in any later one is kept until the next full
 * collection, and is copied by the quick ones until then: under load, every request that ever was under way. So the
 * entries move to a fresh `Map` now and then, which nothing links to.
 */
export class TransientMap<Key, Value> {
  #entries = new Map<Key, Value>();
  #removals = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** The keys in the order of their first being set; to be read in one turn. */
  keys(): MapIterator<Key> {
    return this.#entries.keys();
  }

  /** The values in the same order, likewise. */
  values(): MapIterator<Value> {
    return this.#entries.values();
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
  }

  delete(key: Key): boolean {
    if (!this.#entries.delete(key)) return false;
    this.#removals += 1;
    if (this.#removals >= REMOVALS_MAX && this.#entries.size <= ENTRIES_MOVED_MAX) {
      this.#entries = new Map(this.#entries);
      this.#removals = 0;
    }
    return true;
  }
}
