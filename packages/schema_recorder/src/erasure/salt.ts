// `.ledger/erasure.salt`: 32 random bytes in hex, made once for each log root. What remembers an erasure keeps digests
// that are salted with it, so that they tell nothing to who has not got the salt, and nothing about another root.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Disk, systemCode } from "../disk.ts";
import { LEDGER_FOLDER } from "../log_paths.ts";
import { RecorderError } from "../recorder_error.ts";
import { assertWritten } from "../write_check.ts";

/** Relative to the log root. */
export const SALT_FILE = join(LEDGER_FOLDER, "erasure.salt");
const SALT_BYTES = 32;
const SALT_HEX = /^[0-9a-f]{64}$/;

/**
 * The salt of a log root; undefined if there is none and the root cannot be written.
 * @throws RecorderError `STORE_UNAVAILABLE` if it is damaged: what was erased would no longer be known
 */
export async function openSalt(disk: Disk, root: string, may_write: boolean): Promise<string | undefined> {
  const folder = join(root, LEDGER_FOLDER);
  const path = join(root, SALT_FILE);
  const known = await readSalt(disk, path);
  if (known !== undefined && SALT_HEX.test(known)) return known;
  if (!may_write) return undefined;
  if (known !== undefined) throw new RecorderError("STORE_UNAVAILABLE", `${path} is damaged`);
  const salt = randomBytes(SALT_BYTES).toString("hex");
  const draft = `${path}.draft`;
  if ((await disk.kindOf(draft)) !== undefined) await disk.remove(draft);
  const file = await disk.open(draft, "create");
  try {
    assertWritten(await file.write(Buffer.from(salt), 0), salt.length, draft);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path);
  await disk.syncFolder(folder);
  return salt;
}

async function readSalt(disk: Disk, path: string): Promise<string | undefined> {
  try {
    const file = await disk.open(path, "read");
    try {
      const bytes = Buffer.alloc(SALT_BYTES * 2);
      return bytes.toString("latin1", 0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
