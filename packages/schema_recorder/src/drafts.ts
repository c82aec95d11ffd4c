import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { DRAFTS_FOLDER, draftFile } from "./log_paths.ts";
import type { ReadDisk } from "./read_disk.ts";
import { RecorderError } from "./recorder_error.ts";
import { assertWritten } from "./write_check.ts";

const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file, or of a part of it, a chunk at a time. Each chunk is the caller's to keep. */
export async function* fileChunks(
  disk: ReadDisk,
  path: string,
  { start = 0, end = Number.POSITIVE_INFINITY }: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<Buffer, void> {
  const file = await disk.open(path, "read");
  try {
    for (let offset = start, count = -1; offset < end && count !== 0; offset += count) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - offset));
      count = await file.read(chunk, offset);
      if (count > 0) yield chunk.subarray(0, count);
    }
  } finally {
    await file.close();
  }
}

/**
 * Writes what is to take the place of a log or an archive, and makes it durable. `patch` is written over the beginning
 * at last.
 */
export async function writeDraft(
  disk: Disk,
  root: string,
  incarnation: string,
  chunks: AsyncIterable<Buffer>,
  patch?: { readonly bytes: Buffer; readonly position: number },
): Promise<void> {
  const path = join(root, draftFile(incarnation));
  const file = await disk.open(path, "create");
  try {
    let offset = 0;
    const write = async (bytes: Buffer, position: number): Promise<void> =>
      assertWritten(await file.write(bytes, position), bytes.length, path);
    for await (const chunk of chunks) {
      await write(chunk, offset);
      offset += chunk.length;
    }
    if (patch !== undefined) await write(patch.bytes, patch.position);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncFolder(join(root, DRAFTS_FOLDER));
}

/**
 * Runs what makes a draft and lets it take its place. If that fails, the draft goes; but of a store that failed it is
 * not known whether the draft counts, so recovery decides.
 * @throws RecorderError `STORE_UNAVAILABLE` if the draft cannot be written, and what `task` throws
 */
export async function withDraft<Result>(
  { disk, root }: { readonly disk: Disk; readonly root: string },
  incarnation: string,
  task: () => Promise<Result>,
): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    const refusal =
      error instanceof RecorderError
        ? error
        : new RecorderError("STORE_UNAVAILABLE", "a log cannot be copied", { cause: error });
    const path = join(root, draftFile(incarnation));
    if (refusal.code !== "STORE_FAILED" && (await disk.kindOf(path)) !== undefined) await disk.remove(path);
    throw refusal;
  }
}
