// The seam to the file system on the way of a commit. It is synchronous: a commit is a few dozen small calls, which
// a thread of its own makes faster in line than through the thread pool. Tests put a recording or a failing disk in
// its place. Nothing here retries or decides.
import { execFile } from "node:child_process";
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  writeSync,
  writevSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { systemCode } from "../disk.ts";

/** `append` to a file that stands; `create` one that must not. */
export type CommitOpenMode = "read" | "append" | "create";

/** An open file, as the disk names it. */
export type FileId = number;

export interface CommitDisk {
  open(path: string, mode: CommitOpenMode): FileId;
  close(file: FileId): void;
  /** Writes `chunks` one after another from `position`; returns how many bytes were written, maybe fewer. */
  write(file: FileId, chunks: readonly Buffer[], position: number): number;
  /** Reads into `buffer` from `position`; returns how many bytes came, 0 at the end. */
  read(file: FileId, buffer: Buffer, position: number): number;
  /** How many bytes an open file has; undefined if it has been removed. */
  size(file: FileId): number | undefined;
  /** Makes a file's content durable (fdatasync). */
  sync(file: FileId): void;
  /** False if a folder, or anything else, already stands there. */
  makeFolder(path: string): boolean;
  /** Makes a folder's entries durable (fsync). */
  syncFolder(path: string): void;
  kindOf(path: string): "file" | "folder" | "other" | undefined;
  /** The names in a folder, sorted. */
  list(path: string): readonly string[];
  remove(path: string): void;
  /** Gives a file a second name, which must be free. */
  link(from: string, to: string): void;
  /** Renames within a folder, in place of what stands there. Two names of one file both stay. */
  rename(from: string, to: string): void;
  /** False if something stands in the folder. */
  removeFolder(path: string): boolean;
  freeBytes(path: string): number;
  /** Makes a file's content durable beside the commits, off this thread. */
  syncLater(path: string): Promise<void>;
  /** For more files and folders than this, one sync of the whole file system is cheaper than one for each. */
  readonly sync_each_max: number;
  /**
   * Makes everything on the file system of `path` durable, off this thread; false if the system has no such call.
   * For thousands of small files it is some twenty times cheaper than one sync for each.
   */
  syncAllLater(path: string): Promise<boolean>;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const FLAGS: Record<CommitOpenMode, number> = {
  read: constants.O_RDONLY | constants.O_NOFOLLOW,
  append: constants.O_RDWR | constants.O_NOFOLLOW,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
};

const SYNC_EACH_MAX = 32;

const run = promisify(execFile);

/** The real file system. */
export const nodeCommitDisk: CommitDisk = {
  open: (path, mode) => openSync(path, FLAGS[mode], FILE_MODE),
  close: closeSync,
  write(file, chunks, position) {
    const [chunk] = chunks;
    return chunks.length === 1 && chunk !== undefined
      ? writeSync(file, chunk, 0, chunk.length, position)
      : writevSync(file, chunks, position);
  },
  read: (file, buffer, position) => readSync(file, buffer, 0, buffer.length, position),
  size(file) {
    const stats = fstatSync(file);
    return stats.nlink === 0 ? undefined : stats.size;
  },
  sync: fdatasyncSync,
  makeFolder(path) {
    try {
      mkdirSync(path, { mode: FOLDER_MODE });
      return true;
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    }
  },
  syncFolder(path) {
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  kindOf(path) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isFile()) return "file";
    return stats.isDirectory() ? "folder" : "other";
  },
  list: (path) => readdirSync(path).sort(),
  remove: unlinkSync,
  link: linkSync,
  rename: renameSync,
  removeFolder(path) {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      if (systemCode(error) === "ENOTEMPTY" || systemCode(error) === "EEXIST") return false;
      throw error;
    }
  },
  freeBytes(path) {
    const stats = statfsSync(path);
    return stats.bavail * stats.bsize;
  },
  async syncLater(path) {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  sync_each_max: SYNC_EACH_MAX,
  async syncAllLater(path) {
    // `sync -f` is syncfs(2), which reports an error of any write-back since the last one; only Linux has it.
    if (process.platform !== "linux") return false;
    try {
      await run("sync", ["-f", path]);
      return true;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    }
  },
};
