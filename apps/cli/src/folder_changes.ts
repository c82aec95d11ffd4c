import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What happened below a log root since it was last asked. */
export interface FolderChange {
  /** Files that changed, relative to the log root. */
  readonly files: ReadonlySet<string>;
  /** Whether files or folders came or went. */
  readonly names: boolean;
}

/**
 * Watches the folders of a log root through the kernel, so that waiting costs nothing. Only folders are watched: a
 * file's change is told by its folder, and there are far fewer of them.
 */
export class FolderChanges {
  readonly #root: string;
  readonly #user: string | undefined;
  readonly #watchers = new Map<string, FSWatcher>();
  #files = new Set<string>();
  #names = false;
  #changed = Promise.withResolvers<void>();

  /** With `user`, only that user's folder is watched below `users`. */
  constructor(root: string, user: string | undefined) {
    this.#root = root;
    this.#user = user;
  }

  /** Watches every folder that is there by now and is not watched yet. */
  async cover(): Promise<void> {
    this.#watch("");
    this.#watch("users");
    for (const user of this.#user === undefined ? await this.#users() : [this.#user]) {
      this.#watch(join("users", user));
      this.#watch(join("users", user, "sessions"));
    }
  }

  /** Resolves at the next change, or at once if there was one meanwhile; undefined once the signal aborts. */
  async next(signal: AbortSignal): Promise<FolderChange | undefined> {
    const wake = () => this.#changed.resolve();
    signal.addEventListener("abort", wake);
    if (!signal.aborted) await this.#changed.promise;
    signal.removeEventListener("abort", wake);
    if (signal.aborted) return undefined;
    const change = { files: this.#files, names: this.#names };
    this.#files = new Set();
    this.#names = false;
    this.#changed = Promise.withResolvers();
    return change;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #users(): Promise<readonly string[]> {
    try {
      const entries = await readdir(join(this.#root, "users"), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(join(this.#root, folder), (event, name) => this.#note(folder, event, name));
      watcher.on("error", () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
      // What came between the last listing and this watch would be told by no one.
      this.#note(folder, "rename", null);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #note(folder: string, event: string, name: string | null): void {
    if (name !== null) this.#files.add(join(folder, name));
    if (event === "rename") this.#names = true;
    this.#changed.resolve();
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
