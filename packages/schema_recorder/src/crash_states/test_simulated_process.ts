// A process that uses a simulated disk through both of the recorder's seams. When it is killed, what it did stands
// (the system's cache outlives a process) and whatever it still tries has no effect.
import { basename, dirname } from "node:path";
import type { Disk, DiskFile, OpenMode } from "../disk.ts";
import type { CommitDisk, FileId } from "../journal/commit_disk.ts";
import type { RecoveryOptions } from "../store_recovery.ts";
import type { Change, Node } from "./test_file_tree.ts";
import { simulatedCatalogs } from "./test_simulated_catalogs.ts";
import type { SimulatedDisk, Step } from "./test_simulated_disk.ts";

const FREE_BYTES = 2 ** 40;
/** Few, so that checkpoints take either way: a sync for each file, or one for all. */
const SYNC_EACH_MAX = 4;

/** What a recorder needs of its process to stand on a simulated disk. */
export interface Surroundings {
  readonly disk: Disk;
  readonly commit_disk: CommitDisk;
  readonly catalogs: RecoveryOptions["catalogs"];
}

export class SimulatedProcess implements Surroundings {
  readonly #disk: SimulatedDisk;
  readonly #open: (Node | undefined)[] = [];
  #steps_left = Number.POSITIVE_INFINITY;

  constructor(disk: SimulatedDisk) {
    this.#disk = disk;
  }

  get alive(): boolean {
    return this.#steps_left > 0;
  }

  /** Kills the process once it has taken so many more steps on the disk. */
  killAfter(steps: number): void {
    this.#steps_left = steps;
  }

  /** What a sync that fails does to the disk. */
  failSync(file: FileId): void {
    this.#do({ kind: "sync_failed", node: this.#nodeOf(file) });
  }

  readonly commit_disk: CommitDisk = {
    open: (path, mode) => {
      this.#open.push(mode === "create" ? this.#create(path) : this.#existing(path));
      return this.#open.length - 1;
    },
    close: (file) => {
      this.#open[file] = undefined;
    },
    write: (file, chunks, position) => this.#write(this.#nodeOf(file), Buffer.concat(chunks), position),
    read: (file, buffer, position) =>
      this.#disk.tree.content(this.#nodeOf(file)).copy(buffer, 0, position, position + buffer.length),
    size: (file) => this.#disk.tree.content(this.#nodeOf(file)).length,
    sync: (file) => this.#do({ kind: "sync", node: this.#nodeOf(file) }),
    makeFolder: (path) => {
      if (this.#disk.tree.find(path) !== undefined) return false;
      this.#link(path, "folder");
      return true;
    },
    syncFolder: (path) => this.#do({ kind: "sync", node: this.#existing(path) }),
    kindOf: (path) => this.#disk.tree.find(path)?.kind,
    list: (path) => [...this.#disk.tree.entries(this.#existing(path)).keys()].sort(),
    remove: (path) => {
      this.#existing(path);
      this.#change({ kind: "unlink", node: this.#existing(dirname(path)), name: basename(path) });
    },
    link: (from, to) => {
      const node = this.#existing(dirname(to));
      this.#change({ kind: "link", node, name: basename(to), target: this.#existing(from) });
    },
    rename: (from, to) => {
      // As on a real disk, two names of one file both stay.
      if (this.#existing(from) === this.#disk.tree.find(to)) return;
      this.#change({
        kind: "rename",
        node: this.#existing(dirname(from)),
        from: basename(from),
        to: basename(to),
      });
    },
    removeFolder: (path) => {
      if (this.#disk.tree.entries(this.#existing(path)).size > 0) return false;
      this.commit_disk.remove(path);
      return true;
    },
    freeBytes: () => FREE_BYTES,
    syncLater: async (path) => {
      const node = this.#existing(path);
      await new Promise(setImmediate);
      this.#do({ kind: "sync", node });
    },
    sync_each_max: SYNC_EACH_MAX,
    syncAllLater: async () => {
      await new Promise(setImmediate);
      this.#do({ kind: "sync_all" });
      return true;
    },
  };

  readonly disk: Disk = {
    open: async (path, mode) => this.#openFile(path, mode),
    makeFolder: async (path) => {
      if (!this.commit_disk.makeFolder(path)) throw systemError("EEXIST", path);
    },
    syncFolder: async (path) => this.commit_disk.syncFolder(path),
    list: async (path) => {
      const node = this.#disk.tree.find(path);
      const entries = node === undefined ? [] : [...this.#disk.tree.entries(node)].sort();
      return entries.map(([name, target]) => ({ name, kind: target.kind }));
    },
    names: (path) => {
      const node = this.#disk.tree.find(path);
      return toAsync(node === undefined ? [] : this.#disk.tree.entries(node).keys());
    },
    kindOf: async (path) => this.commit_disk.kindOf(path),
    rename: async (from, to) => {
      const node = this.#existing(dirname(from));
      this.#change({ kind: "rename", node, from: basename(from), to: basename(to) });
    },
    remove: async (path) => this.commit_disk.remove(path),
    removeFolder: async (path) => this.commit_disk.remove(path),
    freeBytes: async () => FREE_BYTES,
  };

  readonly catalogs = simulatedCatalogs(
    () => this.#disk.catalog,
    (catalog) => this.#do({ kind: "catalog", catalog }),
  );

  #openFile(path: string, mode: OpenMode): DiskFile {
    const file: FileId = this.commit_disk.open(path, mode === "write" ? "append" : mode);
    return {
      read: async (buffer, position) => this.commit_disk.read(file, buffer, position),
      write: async (bytes, position) => this.commit_disk.write(file, [bytes], position),
      truncate: async (length) => this.#change({ kind: "truncate", node: this.#nodeOf(file), length }),
      sync: async () => this.commit_disk.sync(file),
      size: async () => this.commit_disk.size(file) ?? 0,
      close: async () => this.commit_disk.close(file),
    };
  }

  #create(path: string): Node {
    if (this.#disk.tree.find(path) !== undefined) throw systemError("EEXIST", path);
    return this.#link(path, "file");
  }

  #link(path: string, kind: "file" | "folder"): Node {
    const node = this.#existing(dirname(path));
    const target: Node = { kind };
    this.#change({ kind: "link", node, name: basename(path), target });
    return target;
  }

  #write(node: Node, bytes: Buffer, position: number): number {
    this.#change({ kind: "write", node, position, bytes });
    return bytes.length;
  }

  #existing(path: string): Node {
    const node = this.#disk.tree.find(path);
    if (node === undefined) throw systemError("ENOENT", path);
    return node;
  }

  #nodeOf(file: FileId): Node {
    const node = this.#open[file];
    if (node === undefined) throw systemError("EBADF", `file ${file}`);
    return node;
  }

  #change(change: Change): void {
    this.#do({ kind: "change", change });
  }

  #do(step: Step): void {
    if (!this.alive) return;
    this.#steps_left -= 1;
    this.#disk.record(step);
  }
}

async function* toAsync<Value>(values: Iterable<Value>): AsyncGenerator<Value, void> {
  yield* values;
}

function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
