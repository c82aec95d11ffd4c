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

/** Makes the log root and whatever is missing above it. The root itself may be a link to a folder. */
export async function makeRoot(disk: Disk, root: string): Promise<void> {
  const missing: string[] = [];
  for (let path = root; (await disk.kindOf(path)) === undefined; path = dirname(path)) missing.push(path);
  for (const path of missing.reverse()) await makeFolder(disk, path);
}
