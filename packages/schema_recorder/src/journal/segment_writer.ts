import { assertWritten } from "../write_check.ts";
import type { CommitDisk, FileId } from "./commit_disk.ts";
import { encodeFrameHeader, FRAME_HEADER_BYTES } from "./frame.ts";
import { segmentPath } from "./segment_names.ts";

/** How many zeros a frame that makes the file longer puts behind it at the most. */
const AHEAD_BYTES_MAX = 512 * 1024;

const ZEROS = Buffer.alloc(AHEAD_BYTES_MAX);

/**
 * The segment that takes frames. Its file is longer than they are: a frame that is written over zeros leaves the file's
 * length and its place on the disk as they were, so its sync has only its bytes to write. That takes half the time.
 */
export class SegmentWriter {
  readonly path: string;
  readonly #disk: CommitDisk;
  readonly #file: FileId;
  #bytes = 0;
  #file_bytes = 0;

  /** Begins the segment of batch `first_batch`. @throws the system's error */
  constructor(disk: CommitDisk, folder: string, first_batch: number) {
    this.#disk = disk;
    this.path = segmentPath(folder, first_batch);
    this.#file = disk.open(this.path, "create");
    disk.syncFolder(folder);
  }

  /** How many bytes its frames have. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes a batch durable, as the next frame. @throws WriteFailed, or the system's error */
  write(batch: number, payload: Buffer): void {
    const end = this.#bytes + FRAME_HEADER_BYTES + payload.length;
    const chunks = [encodeFrameHeader(batch, payload), payload];
    let file_end = end;
    if (end > this.#file_bytes) {
      // As much again as there is, so that a segment of few frames stays small.
      const ahead = ZEROS.subarray(0, end);
      chunks.push(ahead);
      file_end += ahead.length;
    }
    assertWritten(this.#disk.write(this.#file, chunks, this.#bytes), file_end - this.#bytes, this.path);
    this.#disk.sync(this.#file);
    this.#bytes = end;
    this.#file_bytes = Math.max(this.#file_bytes, file_end);
  }

  close(): void {
    this.#disk.close(this.#file);
  }
}
