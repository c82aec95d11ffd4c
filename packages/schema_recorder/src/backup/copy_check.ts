// Whether a copy still says what its source does. A log only grows, unless the content of a line is erased: then it is
// written anew, and a line at its end says so. An archive is another one after such an erasure.
import { systemCode } from "../disk.ts";
import type { LogForm } from "../log_files.ts";
import { blockingDisk, type ReadableFile } from "../read_disk.ts";

/** The end of a line's bytes: `"hash":"<64 hex>"}` and the newline. Of an archive: its checksum and its length too. */
const END_BYTES = 76;
const CHUNK_BYTES = 256 * 1024;
const ERASURE_MARK = Buffer.from('"type":"line.erased"');

/** Where the two stand. */
export interface CopyPaths {
  readonly source: string;
  readonly copy: string;
}

/**
 * Compares the last bytes of the copy with what stands at their place in the source, and looks through what came after
 * them for erased lines. Undefined: the source does not stand.
 */
export async function isUnchanged({ source, copy }: CopyPaths, form: LogForm): Promise<boolean | undefined> {
  try {
    // One handle for all of it: another file may take the source's place at any moment.
    return await withFile(source, (theirs) => withFile(copy, (ours) => compare(theirs, ours, form)));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function compare(theirs: ReadableFile, ours: ReadableFile, form: LogForm): Promise<boolean> {
  const [size, source_size] = [await ours.size(), await theirs.size()];
  if (source_size < size || (form === "archive" && source_size !== size)) return false;
  const start = Math.max(0, size - END_BYTES);
  const [our_end, their_end] = [await bytesOf(ours, start, size), await bytesOf(theirs, start, size)];
  return our_end.equals(their_end) && (await lacksErasures(theirs, size, source_size));
}

async function lacksErasures(file: ReadableFile, start: number, end: number): Promise<boolean> {
  for (let position = start; position < end; position += CHUNK_BYTES) {
    // The mark may stand across two chunks.
    const bytes = await bytesOf(file, position, Math.min(end, position + CHUNK_BYTES + ERASURE_MARK.length));
    if (bytes.includes(ERASURE_MARK)) return false;
  }
  return true;
}

/** The bytes from `start` to `end`, or as many as there are. */
async function bytesOf(file: ReadableFile, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let count = -1; length < bytes.length && count !== 0; length += count) {
    count = await file.read(bytes.subarray(length), start + length);
  }
  return bytes.subarray(0, length);
}

async function withFile<Result>(
  path: string,
  task: (file: ReadableFile) => Promise<Result>,
): Promise<Result> {
  const file = await blockingDisk.open(path, "read");
  try {
    return await task(file);
  } finally {
    await file.close();
  }
}
