import { dirname, join } from "node:path";
import type { CommitDisk } from "./commit_disk.ts";

/** A forgotten folder costs a few calls when it is next used, nothing else. */
const FOLDERS_KNOWN_MAX = 100_000;

/** Makes the folders of logs and archives. They become durable with what is put into them. */
export class LogFolders {
  readonly #disk: CommitDisk;
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(disk: CommitDisk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /**
   * Makes a folder below the root stand. `on_entry` is called with each folder whose entry of the next one need not
   * be durable: one that stands may have been made by a process that died before its checkpoint.
   * @throws Error if something else stands there
   */
  ensure(folder: string, on_entry: (folder: string) => void): void {
    if (folder === "." || this.#known.has(folder)) return;
    this.ensure(dirname(folder), on_entry);
    const path = join(this.#root, folder);
    if (!this.#disk.makeFolder(path) && this.#disk.kindOf(path) !== "folder") {
      throw new Error(`${path} is not a folder (a link is not followed)`);
    }
    on_entry(dirname(path));
    if (this.#known.size >= FOLDERS_KNOWN_MAX) this.#known.clear();
    this.#known.add(folder);
  }

  /** The folder was removed. */
  forget(folder: string): void {
    this.#known.delete(folder);
  }
}
