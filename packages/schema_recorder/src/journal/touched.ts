import { systemCode } from "../disk.ts";
import type { CommitDisk } from "./commit_disk.ts";

/** What was written and is not known to be durable: files, and folders that have new entries. */
export class Touched {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  addFile(path: string): void {
    this.#files.add(path);
  }

  addFolder(path: string): void {
    this.#folders.add(path);
  }

  /** The file or folder was removed: there is nothing left of it to be made durable. */
  forget(path: string): void {
    this.#files.delete(path);
    this.#folders.delete(path);
  }

  /** Makes all of it durable, beside further work on this thread. @throws the system's error */
  async sync(disk: CommitDisk, root: string): Promise<void> {
    const many = this.#files.size + this.#folders.size > disk.sync_each_max;
    if (many && (await disk.syncAllLater(root))) return;
    for (const path of this.#files) await this.#syncOne(disk, path, this.#files);
    for (const path of this.#folders) await this.#syncOne(disk, path, this.#folders);
  }

  async #syncOne(disk: CommitDisk, path: string, among: ReadonlySet<string>): Promise<void> {
    try {
      await disk.syncLater(path);
    } catch (error) {
      // An erasure may remove it while it is being opened.
      if (systemCode(error) !== "ENOENT" || among.has(path)) throw error;
    }
  }
}
