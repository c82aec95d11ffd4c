// Whatever stands in a write-ahead log, the pages read from it are those that SQLite itself puts into the file.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { nodeCommitDisk } from "../journal/commit_disk.ts";
import { PAGE_BYTES } from "./catalog_page.ts";
import { PageSums } from "./page_sums.ts";
import { readWalPages, type WalPages } from "./wal_pages.ts";

/** One byte in so many is flipped; FLIPS_STRIDE=1 flips every byte. */
const STRIDE = Number(process.env["FLIPS_STRIDE"] ?? 499);

/** A database in the middle of its work, as a process would leave it that ended there. */
function leftOver(folder: string, work: (database: DatabaseSync) => void): string {
  const path = join(folder, "worked_on.db");
  const left = join(folder, "left.db");
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = 5; CREATE TABLE filled (at INTEGER, bytes BLOB);`);
    work(database);
    for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, left + suffix);
  } finally {
    database.close();
  }
  return left;
}

function fill(database: DatabaseSync, rows: number): void {
  const insert = database.prepare("INSERT INTO filled VALUES (?, randomblob(900))");
  for (let at = 0; at < rows; at += 1) insert.run(at);
}

/** Whether the pages of a log, put into the file, give the file that SQLite makes of the two. */
function agreesWithSqlite(path: string): boolean {
  const pages = read(path);
  const before = PageSums.of(nodeCommitDisk, path);
  const expected = pages.database_pages === undefined ? before : before.after(pages);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return expected.match(nodeCommitDisk, path);
}

function read(path: string): WalPages {
  return readWalPages(nodeCommitDisk, `${path}-wal`);
}

test.each<[string, (database: DatabaseSync) => void]>([
  ["several commits", (database) => fill(database, 40)],
  [
    "a transaction under way",
    (database) => {
      fill(database, 10);
      database.exec("BEGIN");
      fill(database, 60);
    },
  ],
  [
    "frames of an earlier round after its own",
    (database) => {
      fill(database, 40);
      database.exec("PRAGMA wal_checkpoint(RESTART)");
      fill(database, 3);
    },
  ],
])("a log that holds %s is read as SQLite reads it, with any byte flipped too", (_name, work) => {
  const folder = mkdtempSync(join(tmpdir(), "session-ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const left = leftOver(folder, work);
  const log = readFileSync(`${left}-wal`);
  expect(read(left).sums.size).toBeGreaterThan(2);
  const again = join(folder, "again.db");
  for (let at = -1; at < log.length; at += STRIDE) {
    const flipped = Buffer.from(log);
    if (at >= 0) flipped[at]! ^= 1 << (at % 8);
    copyFileSync(left, again);
    writeFileSync(`${again}-wal`, flipped);
    expect(agreesWithSqlite(again), at < 0 ? "as it is" : `byte ${at}`).toBe(true);
  }
});
