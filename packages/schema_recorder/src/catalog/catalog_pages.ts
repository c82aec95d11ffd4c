// What says that the catalog's file is, to the byte, what this ledger wrote. A checksum in a row shows that the row
// was changed; only a checksum of each page shows that an index or an inner page lost its way to a row.
//
// The sums of a commit are made durable while its pages stand in SQLite's write-ahead log alone, and only then are the
// pages put into the file. So whenever the process ends, the file is one of two things: what the sums say, or what
// they say once the log is put into it. Anything else is damage, and the catalog is rebuilt (ADR 16).
import { join } from "node:path";
import type { CommitDisk } from "../journal/commit_disk.ts";
import { CatalogScrubber } from "./catalog_scrubber.ts";
import { PageSums } from "./page_sums.ts";
import { readWalPages, type WalPages } from "./wal_pages.ts";

export class CatalogPages {
  readonly #disk: CommitDisk;
  readonly #folder: string;
  readonly #log_path: string;
  readonly #scrubber: CatalogScrubber;
  #sums: PageSums;

  private constructor(disk: CommitDisk, folder: string, path: string, sums: PageSums) {
    this.#disk = disk;
    this.#folder = folder;
    this.#log_path = logOf(path);
    this.#scrubber = new CatalogScrubber(disk, path);
    this.#sums = sums;
  }

  /** Checks a catalog that SQLite has not opened yet. Undefined: it is not as it was written. */
  static check(disk: CommitDisk, folder: string, database: string): CatalogPages | undefined {
    const path = join(folder, database);
    const log = readWalPages(disk, logOf(path));
    for (const sums of PageSums.read(disk, folder)) {
      const pages = new CatalogPages(disk, folder, path, sums);
      if (sums.match(disk, path)) {
        pages.#take(log);
        return pages;
      }
      if (log.database_pages !== undefined && sums.match(disk, path, log)) return pages;
    }
    return undefined;
  }

  /** The pages of a new catalog, none of which is in the log. */
  static ofNew(disk: CommitDisk, folder: string, database: string): CatalogPages {
    PageSums.remove(disk, folder);
    const path = join(folder, database);
    const sums = PageSums.of(disk, path);
    sums.write(disk, folder);
    return new CatalogPages(disk, folder, path, sums);
  }

  /** The pages of a catalog that was checked, or made, since anything was last committed to it. */
  static beside(disk: CommitDisk, folder: string, database: string): CatalogPages {
    const [newest] = PageSums.read(disk, folder);
    if (newest === undefined) throw new Error("the catalog has no checksums");
    return new CatalogPages(disk, folder, join(folder, database), newest);
  }

  /** Notes the pages that were committed and are not in the file yet, which may be put there once it has ended. */
  noteCommitted(): void {
    this.#take(readWalPages(this.#disk, this.#log_path));
  }

  /** Overwrites what belongs to no row any more. Everything that was committed must stand in the file by now. */
  scrub(): void {
    this.#scrubber.scrub();
  }

  #take(log: WalPages): void {
    if (log.database_pages === undefined) return;
    this.#sums = this.#sums.after(log);
    this.#sums.write(this.#disk, this.#folder);
    this.#scrubber.noteWritten(log.sums.keys());
  }
}

/** SQLite's write-ahead log of a database. */
function logOf(path: string): string {
  return `${path}-wal`;
}
