// The journal's files: `.ledger/journal/<batch>.wal`, each named by the number of its first batch, so that their
// order and a gap between them show in the names.
import { join } from "node:path";
import { RecorderError } from "../recorder_error.ts";
import type { CommitDisk } from "./commit_disk.ts";
import { decodeSegment, type JournalFrame } from "./frame.ts";

const NAME = /^(\d{16})\.wal$/;

/** A segment as found on disk. */
export interface Segment {
  readonly path: string;
  readonly first_batch: number;
  readonly frames: readonly JournalFrame[];
}

/**
 * Reads every segment of the journal, in order.
 * @throws RecorderError `JOURNAL_CORRUPT` when a durable frame does not hold, or a segment is missing between two
 */
export function readSegments(disk: CommitDisk, folder: string): readonly Segment[] {
  const segments: Segment[] = [];
  const names = disk.list(folder).filter((name) => NAME.test(name));
  for (const [at, name] of names.entries()) {
    const path = join(folder, name);
    const first_batch = Number(NAME.exec(name)![1]);
    const expected = nextBatch(segments);
    if (expected !== undefined && first_batch !== expected) {
      throw new RecorderError("JOURNAL_CORRUPT", `${path}: batch ${expected} is missing before it`);
    }
    const { frames, end } = decodeSegment(readWhole(disk, path), first_batch);
    // A segment is begun only after the one before it is durable to its last frame.
    if (end === "damaged" || (end === "torn" && at < names.length - 1)) {
      throw new RecorderError(
        "JOURNAL_CORRUPT",
        `${path}: batch ${first_batch + frames.length} does not hold`,
      );
    }
    segments.push({ path, first_batch, frames });
  }
  return segments;
}

/** The number of the batch that follows these segments; undefined if there are none. */
export function nextBatch(segments: readonly Segment[]): number | undefined {
  const last = segments.at(-1);
  return last === undefined ? undefined : last.first_batch + last.frames.length;
}

function readWhole(disk: CommitDisk, path: string): Buffer {
  const file = disk.open(path, "read");
  try {
    const bytes = Buffer.alloc(disk.size(file) ?? 0);
    let length = 0;
    while (length < bytes.length) {
      const count = disk.read(file, bytes.subarray(length), length);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } finally {
    disk.close(file);
  }
}
