// The catalog on disk: `.ledger/catalog.db`, an SQLite file. It is a projection of the logs and may be deleted at
// any time; whatever is wrong with it, it is rebuilt from them. Each start checks its pages (`catalog_pages.ts`). At a
// clean stop its SHA-256 is noted beside it, in `.ledger/catalog.digest`, for readers that come while no writer lives.
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { CommitDisk } from "../journal/commit_disk.ts";
import type { ListPosition, LogName, SessionQuery } from "../recorder.ts";
import type { CatalogEntry } from "./catalog_entry.ts";
import { PAGE_BYTES } from "./catalog_page.ts";
import { CatalogPages } from "./catalog_pages.ts";
import { CatalogDamaged, type CatalogRow, COLUMNS, fromRow, toPut, toRowText } from "./catalog_row.ts";
import { hasNotedDigest, noteDigest, removeDigest } from "./clean_stop_digest.ts";
import { IDEMPOTENCY_SCHEMA, IdempotencyTable } from "./idempotency_table.ts";
import { LIST_INDEXES, SessionList } from "./session_list.ts";

/** Raised whenever a table changes: a catalog of another format is rebuilt. */
const CATALOG_FORMAT = 5;
/** How many entries a listing reads at once. */
const PAGE_ENTRIES = 500;
/** How long one connection waits for another: their statements are short. */
const BUSY_MS_MAX = 5_000;
const PAGE_CACHE_KIB = 16 * 1024;

const DATABASE = "catalog.db";

const INTEGER_COLUMNS: readonly string[] = ["seq", "bytes", "started_ms", "imported", "crc"];
const ALL_COLUMNS = [...COLUMNS, "crc"];
const DECLARATIONS = ALL_COLUMNS.map((column) => {
  return `${column} ${INTEGER_COLUMNS.includes(column) ? "INTEGER" : "TEXT"}`;
});

// Rows stand in the order in which sessions came, so a flush writes them side by side at the end. In the order of their
// names each would touch a page of its own, which is written whole: that costs more, the more sessions there are.
const SCHEMA = `
  CREATE TABLE sessions (${DECLARATIONS.join()}) STRICT;
  CREATE UNIQUE INDEX sessions_by_id ON sessions (session_id, user_id);
  CREATE INDEX sessions_by_claim ON sessions (claim) WHERE claim IS NOT NULL;
  ${IDEMPOTENCY_SCHEMA}
  ${LIST_INDEXES}
  CREATE TABLE position (format INTEGER, next_batch INTEGER) STRICT;
  INSERT INTO position VALUES (${CATALOG_FORMAT}, 0);
`;

export class CatalogFile {
  readonly idempotency_keys: IdempotencyTable;
  readonly #database: DatabaseSync;
  /** Absent where nothing is written to a file. */
  readonly #pages: CatalogPages | undefined;
  readonly #get: StatementSync;
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #list: SessionList;

  private constructor(database: DatabaseSync, pages?: CatalogPages) {
    this.#database = database;
    this.#pages = pages;
    this.idempotency_keys = new IdempotencyTable(database);
    this.#get = database.prepare("SELECT * FROM sessions WHERE session_id = ? AND user_id = ?");
    this.#list = new SessionList(database);
    this.#find = database.prepare("SELECT * FROM sessions WHERE session_id = ?");
    const places = ALL_COLUMNS.map(() => "?").join();
    const changes = ALL_COLUMNS.map((column) => `${column} = excluded.${column}`).join();
    this.#put = database.prepare(
      `INSERT INTO sessions VALUES (${places}) ON CONFLICT (session_id, user_id) DO UPDATE SET ${changes}`,
    );
    this.#remove = database.prepare("DELETE FROM sessions WHERE session_id = ? AND user_id = ?");
  }

  /** Opens the catalog of a ledger folder, or undefined if there is none that can be relied on. */
  static open(disk: CommitDisk, folder: string): CatalogFile | undefined {
    const path = join(folder, DATABASE);
    if (disk.kindOf(path) === undefined) return undefined;
    removeDigest(disk, folder);
    const pages = CatalogPages.check(disk, folder, DATABASE);
    if (pages === undefined) return undefined;
    let database: DatabaseSync | undefined;
    try {
      database = openDatabase(path);
      const position = database.prepare("SELECT format FROM position").get();
      if (position?.["format"] !== CATALOG_FORMAT) throw new CatalogDamaged("another format");
      putIntoFile(database);
      return new CatalogFile(database, pages);
    } catch {
      // Whatever is wrong, the answer is the same: it is rebuilt.
      database?.close();
      return undefined;
    }
  }

  /**
   * Opens the catalog as the last clean stop left it, for reading beside nobody: undefined if there was none, or if
   * the catalog has changed since.
   */
  static openClean(disk: CommitDisk, folder: string): CatalogFile | undefined {
    const path = join(folder, DATABASE);
    if (!hasNotedDigest(disk, folder, path)) return undefined;
    // Nobody writes to it, so it is read without any lock or file beside it.
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return new CatalogFile(new DatabaseSync(url, { readOnly: true }));
  }

  /** Opens the catalog of a ledger folder once more, to write to it while another connection reads. */
  static openBeside(disk: CommitDisk, folder: string): CatalogFile {
    return new CatalogFile(openDatabase(join(folder, DATABASE)), CatalogPages.beside(disk, folder, DATABASE));
  }

  /** Makes an empty catalog in place of any that stands. */
  static create(disk: CommitDisk, folder: string): CatalogFile {
    removeDigest(disk, folder);
    const path = join(folder, DATABASE);
    for (const name of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
      if (disk.kindOf(name) !== undefined) disk.remove(name);
    }
    disk.close(disk.open(path, "create"));
    const database = openDatabase(path);
    try {
      database.exec(SCHEMA);
      putIntoFile(database);
      return new CatalogFile(database, CatalogPages.ofNew(disk, folder, DATABASE));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** An empty catalog that is kept in memory, for a root that cannot be written. */
  static inMemory(): CatalogFile {
    const database = new DatabaseSync(":memory:");
    database.exec(SCHEMA);
    return new CatalogFile(database);
  }

  /** The first batch of the journal that the catalog does not hold. */
  get next_batch(): number {
    return Number(this.#database.prepare("SELECT next_batch FROM position").get()?.["next_batch"]);
  }

  /** @throws CatalogDamaged */
  get({ user_id, session_id }: LogName): CatalogEntry | undefined {
    const row = this.#get.get(session_id, user_id);
    return row && fromRow(row as CatalogRow);
  }

  /** @throws CatalogDamaged */
  find(session_id: string): CatalogEntry[] {
    return this.#find.all(session_id).map((row) => fromRow(row as CatalogRow));
  }

  /** The entries of these lives of logs. It reads the whole table. @throws CatalogDamaged */
  ofIncarnations(incarnations: readonly string[]): CatalogEntry[] {
    const query = "SELECT * FROM sessions WHERE incarnation IN (SELECT value FROM json_each(?))";
    const rows = this.#database.prepare(query).all(JSON.stringify(incarnations));
    return rows.map((row) => fromRow(row as CatalogRow));
  }

  /** The names in a list, in its order; to be read before the file changes. */
  list(query: SessionQuery): Generator<ListPosition, void> {
    return this.#list.positions(query);
  }

  /** Every entry that holds a claim. @throws CatalogDamaged */
  *claimed(): Generator<CatalogEntry, void> {
    // Read at once: what is committed cannot be put into the file while a statement is being read from.
    const rows = this.#database.prepare("SELECT * FROM sessions WHERE claim IS NOT NULL").all();
    for (const row of rows) yield fromRow(row as CatalogRow);
  }

  /** Every entry; the file may change between two of them. @throws CatalogDamaged */
  *entries(): Generator<CatalogEntry, void> {
    const page = this.#database.prepare(
      "SELECT rowid, * FROM sessions WHERE rowid > ? ORDER BY rowid LIMIT ?",
    );
    for (let last = 0, more = true; more; ) {
      const rows = page.all(last, PAGE_ENTRIES);
      for (const row of rows) yield fromRow(row as CatalogRow);
      more = rows.length > 0;
      last = Number(rows.at(-1)?.["rowid"]);
    }
  }

  /**
   * Reads from now on share one transaction: opening one for each takes longer than finding out that a session is not
   * there. The file must not change, by whichever connection, until `releaseReads`.
   */
  shareReads(): void {
    this.#database.exec("BEGIN");
  }

  /** Each read sees again what was last committed. */
  releaseReads(): void {
    if (this.#database.isTransaction) this.#database.exec("COMMIT");
  }

  begin(): void {
    this.#database.exec("BEGIN");
  }

  put(entry: CatalogEntry): void {
    this.putRow(toRowText(entry));
  }

  /** Puts an entry that is a row's text already: see `toRowText`. */
  putRow(row_text: string): void {
    this.#put.run(...toPut(row_text));
  }

  /** Removes the row of a log, and its idempotency keys. */
  remove(log: LogName): void {
    this.#remove.run(log.session_id, log.user_id);
    this.idempotency_keys.remove(log);
  }

  /** Leaves no copy of a removed row in the file. */
  scrub(): void {
    this.#pages?.scrub();
    // Pages that SQLite read before would bring back what stood in their gaps.
    this.#database.exec("PRAGMA shrink_memory");
  }

  /** Makes durable what was put since `begin`, together with the position in the journal. */
  commit(next_batch: number): void {
    this.#database.prepare("UPDATE position SET next_batch = ?").run(next_batch);
    this.#database.exec("COMMIT");
    if (this.#pages === undefined) return;
    this.#pages.noteCommitted();
    putIntoFile(this.#database);
  }

  close(): void {
    this.#database.close();
  }

  /** Closes the catalog at a clean stop, and notes its digest. */
  closeClean(disk: CommitDisk, folder: string): void {
    this.#database.close();
    noteDigest(disk, folder, join(folder, DATABASE));
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS_MAX });
  database.exec(
    `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA cache_size = -${PAGE_CACHE_KIB}; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0;`,
  );
  return database;
}

/** Puts what is committed into the file itself. Its pages must be noted by then. */
function putIntoFile(database: DatabaseSync): void {
  const result = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  if (result?.["busy"] !== 0) throw new Error("the catalog's commits could not be put into its file");
}
