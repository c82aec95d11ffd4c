// The SHA-256 of the catalog's file at the last clean stop. Readers that come while no writer lives know by it that the
// file is as the writer left it; it goes when the next writer begins.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { CommitDisk } from "../journal/commit_disk.ts";
import { assertWritten } from "../write_check.ts";

const DIGEST = "catalog.digest";
const DIGEST_CHARACTERS = 64;
const CHUNK_BYTES = 1024 * 1024;

/** Notes a file's digest in the ledger's folder, durably. */
export function noteDigest(disk: CommitDisk, folder: string, file_path: string): void {
  const digest = Buffer.from(digestOf(disk, file_path));
  const path = join(folder, DIGEST);
  if (disk.kindOf(path) !== undefined) disk.remove(path);
  const file = disk.open(path, "create");
  assertWritten(disk.write(file, [digest], 0), digest.length, path);
  disk.sync(file);
  disk.close(file);
  disk.syncFolder(folder);
}

/** Removes the digest: from now on the catalog changes. */
export function removeDigest(disk: CommitDisk, folder: string): void {
  const path = join(folder, DIGEST);
  if (disk.kindOf(path) === undefined) return;
  disk.remove(path);
  disk.syncFolder(folder);
}

/** Whether a file is the one whose digest was noted. */
export function hasNotedDigest(disk: CommitDisk, folder: string, file_path: string): boolean {
  const path = join(folder, DIGEST);
  if (disk.kindOf(path) === undefined) return false;
  const file = disk.open(path, "read");
  const bytes = Buffer.alloc(DIGEST_CHARACTERS);
  const count = disk.read(file, bytes, 0);
  disk.close(file);
  return bytes.toString("latin1", 0, count) === digestOf(disk, file_path);
}

function digestOf(disk: CommitDisk, path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = disk.open(path, "read");
  for (let offset = 0, count = -1; count !== 0; offset += count) {
    count = disk.read(file, chunk, offset);
    hash.update(chunk.subarray(0, count));
  }
  disk.close(file);
  return hash.digest("hex");
}
