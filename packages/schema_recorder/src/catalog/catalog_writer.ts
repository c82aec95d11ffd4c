import type { LogName } from "../recorder.ts";
import { WorkerCalls } from "../worker_calls.ts";
import type { CatalogEntry } from "./catalog_entry.ts";
import type { CatalogFile } from "./catalog_file.ts";
import { ROW_SEPARATOR, toRowText } from "./catalog_row.ts";
import type { CatalogCall, CatalogThreadData } from "./catalog_thread.ts";
import type { PlacedKey } from "./idempotency_table.ts";

/** How many entries or keys cross to the thread at once, so that other work has its turn. */
const CHUNK_LENGTH = 128;

const THREAD = new URL("./catalog_thread.ts", import.meta.url);

/** What one flush does to the catalog's file. */
export interface CatalogChanges {
  /** Logs whose rows and keys go, before anything is put, and no copy of which may stay. */
  readonly removed: readonly LogName[];
  readonly entries: Iterable<CatalogEntry>;
  readonly keys: Iterable<PlacedKey>;
  readonly next_batch: number;
}

/** Who writes to the catalog's file, one flush after another. */
export interface CatalogWriter {
  /** Makes changes durable, together with the position in the journal. A rejection ends the store. */
  write(changes: CatalogChanges): Promise<void>;
  close(): Promise<void>;
}

/** Writes in one go, through the file that is read: at a start, when nobody waits, and for tests. */
export class InlineCatalogWriter implements CatalogWriter {
  readonly #file: CatalogFile;

  constructor(file: CatalogFile) {
    this.#file = file;
  }

  async write({ removed, entries, keys, next_batch }: CatalogChanges): Promise<void> {
    this.#file.begin();
    for (const log of removed) this.#file.remove(log);
    for (const entry of entries) this.#file.put(entry);
    for (const key of keys) this.#file.idempotency_keys.put(...key);
    this.#file.commit(next_batch);
    if (removed.length > 0) this.#file.scrub();
  }

  async close(): Promise<void> {}
}

/**
 * Writes on a thread of its own: the commit of some ten thousand rows takes a tenth of a second and more, which no
 * request is to wait for. The thread is begun with the first flush.
 */
export class ThreadCatalogWriter implements CatalogWriter {
  readonly #data: CatalogThreadData;
  #calls: WorkerCalls<CatalogCall> | undefined;

  constructor(data: CatalogThreadData) {
    this.#data = data;
  }

  async write({ removed, entries, keys, next_batch }: CatalogChanges): Promise<void> {
    this.#calls ??= new WorkerCalls(THREAD, this.#data);
    await this.#calls.call({ method: "begin", removed });
    for (const chunk of chunksOf(entries)) {
      // One text crosses to the thread several times cheaper than its objects would.
      await this.#calls.call({ method: "put", rows: chunk.map(toRowText).join(ROW_SEPARATOR) });
    }
    for (const chunk of chunksOf(keys)) {
      await this.#calls.call({ method: "putKeys", keys: JSON.stringify(chunk) });
    }
    await this.#calls.call({ method: "commit", next_batch });
    if (removed.length > 0) await this.#calls.call({ method: "scrub" });
  }

  async close(): Promise<void> {
    if (this.#calls === undefined) return;
    if (!this.#calls.failed) await this.#calls.call({ method: "close" });
    await this.#calls.terminate();
  }
}

function* chunksOf<Each>(all: Iterable<Each>): Generator<Each[], void> {
  let chunk: Each[] = [];
  for (const each of all) {
    chunk.push(each);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
