import { dirname, join } from "node:path";
import { type Disk, systemCode } from "./disk.ts";
import { sessionsFolder, USERS_FOLDER } from "./log_paths.ts";
import { RecorderError } from "./recorder_error.ts";

/** How many users' folders are remembered as made. A forgotten one costs a few calls, nothing else. */
const FOLDERS_KNOWN_MAX = 100_000;

/** Makes the folders of logs, each durable in its parent before anything is put into it. */
export class LogFolders {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Makes sure that the folder of a user's logs stands, and gives its path. */
  async ensure(user_id: string): Promise<string> {
    const folder = join(this.#root, sessionsFolder(user_id));
    if (this.#known.has(folder)) return folder;
    await makeFolder(this.#disk, join(this.#root, USERS_FOLDER));
    await makeFolder(this.#disk, dirname(folder));
    await makeFolder(this.#disk, folder);
    if (this.#known.size >= FOLDERS_KNOWN_MAX) this.#known.clear();
    this.#known.add(folder);
    return folder;
  }
}

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
