import { dirname } from "node:path";
import { type Disk, systemCode } from "./disk.ts";
import { RecorderError } from "./recorder_error.ts";

/**
 * Makes one folder and syncs its parent. One that stands is synced all the same: a process that died in between
 * may have made it.
 */
export async function makeFolder(disk: Disk, path: string): Promise<void> {
  try {
    await disk.makeFolder(path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    if ((await disk.kindOf(path)) !== "folder") {
      throw new RecorderError("STORE_UNAVAILABLE", `${path} is not a folder (a link is not followed)`);
    }
  }
  await disk.syncFolder(dirname(path));
}

/** What opening a folder says that belongs to someone else, or that a link names: its owner answers for its entries. */
const FOREIGN_CODES = new Set(["EACCES", "EPERM", "ELOOP", "ENOTDIR"]);

/** Makes the log root and whatever is missing above it. The root itself may be a link to a folder. */
export async function makeRoot(disk: Disk, root: string): Promise<void> {
  const missing: string[] = [];
  let standing = root;
  for (; (await disk.kindOf(standing)) === undefined; standing = dirname(standing)) missing.push(standing);
  // A process that died may have made the lowest folder that stands without living to sync its entry.
  await disk.syncFolder(dirname(standing)).catch((error: unknown) => {
    if (!FOREIGN_CODES.has(systemCode(error) ?? "")) throw error;
  });
  for (const path of missing.reverse()) await makeFolder(disk, path);
}
