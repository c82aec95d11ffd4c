// Reads the pages that SQLite's write-ahead log holds for the catalog, exactly as SQLite would take them up
// (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). Numbers are big-endian.
//
//   header   0   4  magic; its last bit says how the words of a checksum are read: 0 little-endian, 1 big-endian
//           16   8  salt, new with each beginning of the log
//           24   8  checksum of the 24 bytes before
//   frame    0   4  the page's number, from 1
//            4   4  the size of the database in pages if the frame ends a commit, else 0
//            8   8  the header's salt
//           16   8  checksum, continued from the frame before, of the 8 bytes from 0 and of the page
//           24   p  the page
//
// The first frame that does not hold ends the log, and frames after the last commit are no part of it.
import { endianness } from "node:os";
import type { CommitDisk, FileId } from "../journal/commit_disk.ts";
import { PAGE_BYTES, pageSum } from "./catalog_page.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const WORD_BYTES = 4;
/** How many frames are read at once. */
const GROUP_FRAMES = 128;

/** What the commits of a log put in place of the database's pages. */
export interface WalPages {
  /** The sum of each page, by its number, from 1. */
  readonly sums: ReadonlyMap<number, number>;
  /** How many pages the database has after the last commit; undefined if the log holds no commit. */
  readonly database_pages: number | undefined;
}

interface WalFrame {
  readonly number: number;
  readonly page: Buffer;
  /** 0 unless the frame ends a commit. */
  readonly database_pages: number;
}

/** Reads the log at `path`, if there is one. */
export function readWalPages(disk: CommitDisk, path: string): WalPages {
  const sums = new Map<number, number>();
  let database_pages: number | undefined;
  if (disk.kindOf(path) === undefined) return { sums, database_pages };
  const file = disk.open(path, "read");
  try {
    let uncommitted: [number, number][] = [];
    for (const frames of frameGroups(disk, file)) {
      for (const frame of frames) {
        uncommitted.push([frame.number, pageSum(frame.page, frame.number)]);
        if (frame.database_pages === 0) continue;
        for (const [number, sum] of uncommitted) sums.set(number, sum);
        database_pages = frame.database_pages;
        uncommitted = [];
      }
    }
  } finally {
    disk.close(file);
  }
  return { sums, database_pages };
}

/** The frames that hold. A group is overwritten by the next. */
function* frameGroups(disk: CommitDisk, file: FileId): Generator<readonly WalFrame[], void> {
  const header = Buffer.alloc(HEADER_BYTES);
  if (disk.read(file, header, 0) < HEADER_BYTES) return;
  const checksum = new WalChecksum(header.readUInt32BE(0) === MAGIC_LITTLE_ENDIAN);
  checksum.add(header.subarray(0, 24));
  if (!checksum.equals(header, 24)) return;
  const salt = header.subarray(16, 24);
  const chunk = Buffer.alloc(GROUP_FRAMES * FRAME_BYTES);
  for (let offset = HEADER_BYTES, count = chunk.length; count === chunk.length; offset += count) {
    count = disk.read(file, chunk, offset);
    const frames: WalFrame[] = [];
    for (let at = 0; at + FRAME_BYTES <= count; at += FRAME_BYTES) {
      const page = chunk.subarray(at + FRAME_HEADER_BYTES, at + FRAME_BYTES);
      checksum.add(chunk.subarray(at, at + 8));
      checksum.add(page);
      if (!salt.equals(chunk.subarray(at + 8, at + 16)) || !checksum.equals(chunk, at + 16)) {
        yield frames;
        return;
      }
      frames.push({ number: chunk.readUInt32BE(at), page, database_pages: chunk.readUInt32BE(at + 4) });
    }
    yield frames;
  }
}

/** The checksum of the log: two sums of words that feed each other, so that the order counts. */
class WalChecksum {
  readonly #swap: boolean;
  #first = 0;
  #second = 0;

  constructor(is_little_endian: boolean) {
    this.#swap = is_little_endian !== (endianness() === "LE");
  }

  /** `bytes` begins at a word's place in memory, and has a whole number of pairs of words. */
  add(bytes: Buffer): void {
    const { buffer, byteOffset, length } = this.#swap ? Buffer.alloc(bytes.length, bytes).swap32() : bytes;
    const words = new Int32Array(buffer, byteOffset, length / WORD_BYTES);
    let first = this.#first;
    let second = this.#second;
    for (let at = 0; at < words.length; at += 2) {
      first = (first + words[at]! + second) | 0;
      second = (second + words[at + 1]! + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readInt32BE(at) === this.#first && bytes.readInt32BE(at + WORD_BYTES) === this.#second;
  }
}
