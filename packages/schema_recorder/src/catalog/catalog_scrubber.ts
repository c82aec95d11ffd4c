import type { CommitDisk, FileId } from "../journal/commit_disk.ts";
import { assertWritten } from "../write_check.ts";
import { PAGE_BYTES } from "./catalog_page.ts";
import { gapOf } from "./page_gaps.ts";

/** Overwrites what SQLite leaves of removed rows in the catalog's file: the gaps of its pages (`page_gaps.ts`). */
export class CatalogScrubber {
  readonly #disk: CommitDisk;
  readonly #path: string;
  /** The pages that were written since their gaps were last overwritten; undefined: any may have been. */
  #written: Set<number> | undefined;

  constructor(disk: CommitDisk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** Notes pages that are about to be written by SQLite. */
  noteWritten(numbers: Iterable<number>): void {
    for (const number of numbers) this.#written?.add(number);
  }

  /**
   * Overwrites the gaps, durably. Everything that was committed must stand in the file by now; the pages that SQLite
   * has in memory are as they were, so it must let go of them before it writes again.
   */
  scrub(): void {
    const file = this.#disk.open(this.#path, "append");
    try {
      const written = this.#written;
      const count = Math.floor((this.#disk.size(file) ?? 0) / PAGE_BYTES);
      const numbers = written ?? Array.from({ length: count }, (_, at) => at + 1);
      this.#written = new Set();
      for (const number of numbers) this.#scrubPage(file, number);
      this.#disk.sync(file);
    } finally {
      this.#disk.close(file);
    }
  }

  #scrubPage(file: FileId, number: number): void {
    const offset = (number - 1) * PAGE_BYTES;
    const page = Buffer.alloc(PAGE_BYTES);
    // The file may have become shorter since.
    if (this.#disk.read(file, page, offset) < PAGE_BYTES) return;
    const gap = gapOf(page, number);
    if (gap.every((byte) => byte === 0)) return;
    gap.fill(0);
    assertWritten(
      this.#disk.write(file, [gap], offset + gap.byteOffset - page.byteOffset),
      gap.length,
      this.#path,
    );
  }
}
