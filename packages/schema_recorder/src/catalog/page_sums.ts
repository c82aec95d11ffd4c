// The checksums of the catalog's pages, beside the catalog: `.ledger/catalog.sums.0` and `.1`, written in turn, so that
// one of them is whole whenever a write of the other is cut off. Numbers are big-endian.
//
//    0   4  "SLP1"
//    4   4  CRC-32 of what follows, up to the last checksum
//    8   8  generation, one more with each write
//   16   4  number of pages, n
//   20  4n  the sum of each page (`catalog_page.ts`)
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { CommitDisk } from "../journal/commit_disk.ts";
import { assertWritten } from "../write_check.ts";
import { PAGE_BYTES, pageSum } from "./catalog_page.ts";
import type { WalPages } from "./wal_pages.ts";

const NAMES = ["catalog.sums.0", "catalog.sums.1"] as const;
const MAGIC = Buffer.from("SLP1");
const HEADER_BYTES = 20;
const SUM_BYTES = 4;
const PAGES_READ = 256;

export class PageSums {
  readonly #generation: bigint;
  readonly #sums: Uint32Array;

  private constructor(generation: bigint, sums: Uint32Array) {
    this.#generation = generation;
    this.#sums = sums;
  }

  /** The sums of a file as it stands. */
  static of(disk: CommitDisk, path: string): PageSums {
    const sums: number[] = [];
    for (const page of pagesOf(disk, path)) sums.push(pageSum(page, sums.length + 1));
    return new PageSums(0n, Uint32Array.from(sums));
  }

  /** What stands beside the catalog, the newest first; nothing of what is damaged. */
  static read(disk: CommitDisk, folder: string): PageSums[] {
    const found = NAMES.map((name) => readSums(disk, join(folder, name))).filter(
      (each) => each !== undefined,
    );
    return found
      .map(({ generation, sums }) => new PageSums(generation, sums))
      .sort((a, b) => (a.#generation > b.#generation ? -1 : 1));
  }

  static remove(disk: CommitDisk, folder: string): void {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (disk.kindOf(path) !== undefined) disk.remove(path);
    }
  }

  /** The sums once a write-ahead log that holds a commit is put into the file. */
  after({ sums: replaced, database_pages = 0 }: WalPages): PageSums {
    const sums = new Uint32Array(database_pages);
    sums.set(this.#sums.subarray(0, database_pages));
    for (const [number, sum] of replaced) if (number <= database_pages) sums[number - 1] = sum;
    return new PageSums(this.#generation + 1n, sums);
  }

  /** Whether a file has exactly these pages, once those of `replaced` are put in place of its own. */
  match(disk: CommitDisk, path: string, replaced?: WalPages): boolean {
    let number = 0;
    for (const page of pagesOf(disk, path)) {
      number += 1;
      if (number > this.#sums.length) return replaced?.database_pages === this.#sums.length;
      if ((replaced?.sums.get(number) ?? pageSum(page, number)) !== this.#sums[number - 1]) return false;
    }
    for (number += 1; number <= this.#sums.length; number += 1) {
      if (replaced?.sums.get(number) !== this.#sums[number - 1]) return false;
    }
    return true;
  }

  /** Makes the sums durable, in place of those before the last. */
  write(disk: CommitDisk, folder: string): void {
    const path = join(folder, NAMES[Number(this.#generation % 2n)]!);
    const bytes = Buffer.alloc(HEADER_BYTES + this.#sums.length * SUM_BYTES);
    MAGIC.copy(bytes);
    bytes.writeBigUInt64BE(this.#generation, 8);
    bytes.writeUInt32BE(this.#sums.length, 16);
    for (const [at, sum] of this.#sums.entries()) bytes.writeUInt32BE(sum, HEADER_BYTES + at * SUM_BYTES);
    bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
    const stands = disk.kindOf(path) !== undefined;
    const file = disk.open(path, stands ? "append" : "create");
    try {
      assertWritten(disk.write(file, [bytes], 0), bytes.length, path);
      disk.sync(file);
    } finally {
      disk.close(file);
    }
    // One that stands may have been made by a process that died before it could sync the folder.
    disk.syncFolder(folder);
  }
}

/** The pages of a file; the last may be cut short. Each is overwritten by the pages after it. */
function* pagesOf(disk: CommitDisk, path: string): Generator<Buffer, void> {
  const chunk = Buffer.allocUnsafe(PAGES_READ * PAGE_BYTES);
  const file = disk.open(path, "read");
  try {
    for (let offset = 0, count = -1; count !== 0; offset += count) {
      count = disk.read(file, chunk, offset);
      for (let at = 0; at < count; at += PAGE_BYTES)
        yield chunk.subarray(at, Math.min(at + PAGE_BYTES, count));
    }
  } finally {
    disk.close(file);
  }
}

function readSums(disk: CommitDisk, path: string): { generation: bigint; sums: Uint32Array } | undefined {
  if (disk.kindOf(path) === undefined) return undefined;
  const file = disk.open(path, "read");
  try {
    const bytes = Buffer.alloc(disk.size(file) ?? 0);
    if (disk.read(file, bytes, 0) < HEADER_BYTES || !MAGIC.equals(bytes.subarray(0, 4))) return undefined;
    const pages = bytes.readUInt32BE(16);
    const end = HEADER_BYTES + pages * SUM_BYTES;
    if (end > bytes.length || crc32(bytes.subarray(8, end)) !== bytes.readUInt32BE(4)) return undefined;
    const sums = Uint32Array.from({ length: pages }, (_, at) =>
      bytes.readUInt32BE(HEADER_BYTES + at * SUM_BYTES),
    );
    return { generation: bytes.readBigUInt64BE(8), sums };
  } finally {
    disk.close(file);
  }
}
