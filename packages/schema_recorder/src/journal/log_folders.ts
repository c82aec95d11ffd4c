import { dirname, join } from "node:path";
import { sessionsFolder, USERS_FOLDER } from "../log_paths.ts";
import type { CommitDisk } from "./commit_disk.ts";

/** A forgotten folder costs a few calls when it is next used, nothing else. */
const FOLDERS_KNOWN_MAX = 100_000;

/** Makes the folders of logs. They become durable with the logs in them, at the checkpoint. */
export class LogFolders {
  readonly #disk: CommitDisk;
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(disk: CommitDisk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /**
   * Makes the folder of a user's logs stand. `on_entry` is called with each folder whose entry of the next one need
   * not be durable: one that stands may have been made by a process that died before its checkpoint.
   * @throws Error if something else stands there
   */
  ensure(user_id: string, on_entry: (folder: string) => void): void {
    const sessions = join(this.#root, sessionsFolder(user_id));
    if (this.#known.has(sessions)) return;
    for (const folder of [join(this.#root, USERS_FOLDER), dirname(sessions), sessions]) {
      if (!this.#disk.makeFolder(folder) && this.#disk.kindOf(folder) !== "folder") {
        throw new Error(`${folder} is not a folder (a link is not followed)`);
      }
      on_entry(dirname(folder));
    }
    if (this.#known.size >= FOLDERS_KNOWN_MAX) this.#known.clear();
    this.#known.add(sessions);
  }
}
