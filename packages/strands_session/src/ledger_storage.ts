import { setTimeout as wait } from "node:timers/promises";
import type { Storage } from "@strands-agents/sdk";
import { listOf, mayHave } from "./list_names.ts";
import type { Place, RecordStore } from "./record_store.ts";
import type { StorageRecord } from "./storage_record.ts";
import { StoredValue } from "./stored_value.ts";
import { ValueList } from "./value_list.ts";
import { recordsOf } from "./value_records.ts";

/** How often a change is decided anew because others were faster. One of them succeeds each time. */
const ATTEMPTS_MAX = 100;

/** The longest wait for a change that a store has taken and does not show yet, since it is not durable. */
const WAIT_MS_MAX = 200;

export interface LedgerStorageOptions {
  /** What is remembered of lists that were read or written: up to about this many bytes. Default: 64 MiB. */
  readonly cache_bytes_max?: number;
}

/** A list as far as it was read. */
interface KnownList {
  readonly values: ValueList;
  readonly place: Place | undefined;
}

const NOTHING_KNOWN = (): KnownList => ({ values: new ValueList(), place: undefined });

/**
 * The SDK's storage on a ledger: opaque bytes under any key. A value that takes the place of another is stored as what
 * changed. A write is there as a whole once it resolves, and not at all before its last record.
 */
export class LedgerStorage implements Storage {
  readonly #store: RecordStore;
  readonly #cache_bytes_max: number;
  /** The most recently used last. */
  readonly #known = new Map<string, KnownList>();
  /** The last call for each list: calls for one list go one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(store: RecordStore, { cache_bytes_max = 64 * 1024 * 1024 }: LedgerStorageOptions = {}) {
    this.#store = store;
    this.#cache_bytes_max = cache_bytes_max;
  }

  async write(key: string, data: Uint8Array): Promise<void> {
    const value = StoredValue.of(data);
    await this.#change(listOf(key), (values) => recordsOf(key, value, values));
  }

  async read(key: string): Promise<Uint8Array | null> {
    const list = listOf(key);
    return this.#inTurn(list, async () => {
      const { values } = await this.#catchUp(list);
      const value = values.get(key);
      return value === undefined ? null : Uint8Array.from(value.bytes());
    });
  }

  /** Erases the list too, with everything that its keys ever held, once it has no key any more. */
  async delete(key: string): Promise<void> {
    const list = listOf(key);
    await this.#inTurn(list, () => this.#catchUp(list));
    await this.#change(list, (values) => (values.get(key) === undefined ? [] : [{ delete: key }]));
    await this.#inTurn(list, async () => {
      const { values, place } = this.#known.get(list) ?? NOTHING_KNOWN();
      if (place === undefined || values.keys.length > 0) return;
      await this.#store.remove(list, place);
      this.#known.delete(list);
    });
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const list of this.#store.lists()) {
      if (!mayHave(list, prefix)) continue;
      const { values } = await this.#inTurn(list, () => this.#catchUp(list));
      keys.push(...values.keys.filter((key) => key.startsWith(prefix)));
    }
    return keys.sort();
  }

  /** Appends what `decide` makes of a list, which is decided anew when the list has moved on. */
  #change(list: string, decide: (values: ValueList) => readonly StorageRecord[]): Promise<void> {
    return this.#inTurn(list, async () => {
      let known = this.#known.get(list) ?? (await this.#catchUp(list));
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        const records = decide(known.values);
        if (records.length === 0) return;
        const place = await this.#store.append(list, known.place, records);
        if (place !== undefined) {
          for (const record of records) known.values.apply(record);
          this.#remember(list, { values: known.values, place });
          return;
        }
        const newest = await this.#catchUp(list);
        if (newest.place?.count === known.place?.count) await wait(Math.min(2 ** attempt, WAIT_MS_MAX));
        known = newest;
      }
      throw new Error("The list has moved on again and again.");
    });
  }

  async #catchUp(list: string): Promise<KnownList> {
    const known = this.#known.get(list) ?? NOTHING_KNOWN();
    const after = await this.#store.read(list, known.place);
    if (after === undefined) {
      this.#known.delete(list);
      return NOTHING_KNOWN();
    }
    const values = after.from_start ? new ValueList() : known.values;
    for (const record of after.records) values.apply(record);
    return this.#remember(list, { values, place: after.place });
  }

  #remember(list: string, known: KnownList): KnownList {
    this.#known.delete(list);
    this.#known.set(list, known);
    let bytes = 0;
    for (const each of this.#known.values()) bytes += each.values.bytes;
    for (const [name, { values }] of this.#known) {
      if (bytes <= this.#cache_bytes_max) break;
      this.#known.delete(name);
      bytes -= values.bytes;
    }
    return known;
  }

  async #inTurn<Result>(list: string, act: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(list);
    const turn = (async () => {
      await before?.catch(() => {});
      return act();
    })();
    this.#turns.set(list, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(list) === turn) this.#turns.delete(list);
    }
  }
}
