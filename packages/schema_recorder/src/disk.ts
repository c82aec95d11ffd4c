// The seam to the file system: every call that the recorder makes below the log root goes through it, so that
// tests can record what was synced, drop what was not, and let the Nth call fail. Nothing here retries or decides.
import { constants, type Dirent } from "node:fs";
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  readdir,
  rename,
  rmdir,
  statfs,
  unlink,
} from "node:fs/promises";

/** `read` an existing file, `write` an existing one, or `create` one that must not exist. */
export type OpenMode = "read" | "write" | "create";

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}

export interface DiskFile {
  /** Reads into `buffer` from `position`; returns how many bytes came, 0 at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  /** Writes `bytes` at `position`; returns how many bytes were written, which may be fewer. */
  write(bytes: Buffer, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Makes the file's content durable (fdatasync). */
  sync(): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  makeFolder(path: string): Promise<void>;
  /** Makes a folder's entries durable (fsync). */
  syncFolder(path: string): Promise<void>;
  /** The entries of a folder, sorted by name; none if there is no such folder. */
  list(path: string): Promise<readonly DirectoryEntry[]>;
  /** The names in a folder, in no order, a few at a time; none if there is no such folder. */
  names(path: string): AsyncIterable<string>;
  kindOf(path: string): Promise<DirectoryEntry["kind"] | undefined>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  freeBytes(path: string): Promise<number>;
}

/** How many names of a folder are read at once. */
const NAMES_BUFFERED = 256;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const FLAGS: Record<OpenMode, number> = {
  read: constants.O_RDONLY | constants.O_NOFOLLOW,
  write: constants.O_RDWR | constants.O_NOFOLLOW,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
};

/** The real file system. */
export const nodeDisk: Disk = {
  async open(path, mode) {
    return new NodeFile(await open(path, FLAGS[mode], FILE_MODE));
  },
  async makeFolder(path) {
    await mkdir(path, { mode: FOLDER_MODE });
  },
  async syncFolder(path) {
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async list(path) {
    const entries = await readdir(path, { withFileTypes: true }).catch(orIfMissing([]));
    return toEntries(entries);
  },
  async *names(path) {
    const folder = await opendir(path, { bufferSize: NAMES_BUFFERED }).catch(orIfMissing(undefined));
    if (folder !== undefined) for await (const { name } of folder) yield name;
  },
  async kindOf(path) {
    const stats = await lstat(path).catch(orIfMissing(undefined));
    return stats === undefined ? undefined : kind(stats);
  },
  rename,
  remove: unlink,
  removeFolder: rmdir,
  async freeBytes(path) {
    const stats = await statfs(path);
    return stats.bavail * stats.bsize;
  },
};

class NodeFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  async write(bytes: Buffer, position: number): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, position)).bytesWritten;
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What a folder's listing says, sorted by name. */
export function toEntries(listing: readonly Dirent[]): readonly DirectoryEntry[] {
  return listing
    .map((entry): DirectoryEntry => ({ name: entry.name, kind: kind(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The code of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function orIfMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (systemCode(error) === "ENOENT") return value;
    throw error;
  };
}

function kind(entry: { isFile(): boolean; isDirectory(): boolean }): DirectoryEntry["kind"] {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}
