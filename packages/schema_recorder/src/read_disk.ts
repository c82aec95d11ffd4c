// The part of the seam to the file system (disk.ts) that a reader needs, and a disk for a thread that does nothing
// but read logs. Its calls block: what the page cache answers is read in less time than it takes to hand the call to
// another thread and back, and reading a log of a few lines is little more than such calls.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { type Disk, type DiskFile, nodeDisk, systemCode, toEntries } from "./disk.ts";

/** A file that can be read. */
export type ReadableFile = Pick<DiskFile, "read" | "size" | "close">;

export interface ReadDisk extends Pick<Disk, "list" | "kindOf"> {
  open(path: string, mode: "read"): Promise<ReadableFile>;
}

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW;

export const blockingDisk: ReadDisk = {
  async open(path) {
    const file = openSync(path, FLAGS);
    return {
      read: async (buffer, position) => readSync(file, buffer, 0, buffer.length, position),
      size: async () => fstatSync(file).size,
      close: async () => closeSync(file),
    };
  },
  async list(path) {
    try {
      return toEntries(readdirSync(path, { withFileTypes: true }));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }
  },
  kindOf: nodeDisk.kindOf,
};
