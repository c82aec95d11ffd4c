import { type CommitDisk, type Disk, nodeCommitDisk, nodeDisk } from "@session-ledger/schema_recorder";

/** An operation that opens a file, or that changes or syncs the disk. */
export const DISK_OPERATIONS = [
  "openToRead",
  "openToWrite",
  "create",
  "write",
  "sync",
  "truncate",
  "makeFolder",
  "syncFolder",
  "link",
  "rename",
  "remove",
  "removeFolder",
  "syncLater",
  "syncAllLater",
] as const;

export type DiskOperation = (typeof DISK_OPERATIONS)[number];

/** What happens to an operation: nothing, a system error of this code, or a write that comes up a byte short. */
export type DiskFault = { code: string } | { short: true } | undefined;

/** Asked before each operation. */
export type DecideFault = (operation: DiskOperation, path: string) => DiskFault;

/** Few, so that a checkpoint of some logs goes either way: a sync for each file, or one for all. */
const SYNC_EACH_MAX = 4;

/** The real disk behind both of the recorder's seams, with faults. */
export function faultyDisks(decide: DecideFault): { disk: Disk; commit_disk: CommitDisk } {
  const meet = (operation: DiskOperation, path: string): boolean => {
    const fault = decide(operation, path);
    if (fault === undefined) return false;
    if ("code" in fault) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
    return true;
  };
  return { disk: faultyDisk(meet), commit_disk: faultyCommitDisk(meet) };
}

/** The real disk, on which nothing can be written. */
export function readOnlyDisks(): { disk: Disk; commit_disk: CommitDisk } {
  return faultyDisks((operation) => (operation === "openToRead" ? undefined : { code: "EROFS" }));
}

/** Throws, or says whether a write is to come up short. */
type Meet = (operation: DiskOperation, path: string) => boolean;

const OPENING = {
  read: "openToRead",
  write: "openToWrite",
  append: "openToWrite",
  create: "create",
} as const;

// Both disks name every operation of their seam, so that a new one does not compile before it is thought of here.

function faultyDisk(meet: Meet): Disk {
  const { list, names, kindOf, freeBytes } = nodeDisk;
  return {
    list,
    names,
    kindOf,
    freeBytes,
    async open(path, mode) {
      meet(OPENING[mode], path);
      const file = await nodeDisk.open(path, mode);
      return {
        read: (buffer, position) => file.read(buffer, position),
        size: () => file.size(),
        close: () => file.close(),
        write: async (bytes, position) =>
          file.write(meet("write", path) ? bytes.subarray(0, bytes.length - 1) : bytes, position),
        async truncate(length) {
          meet("truncate", path);
          await file.truncate(length);
        },
        async sync() {
          meet("sync", path);
          await file.sync();
        },
      };
    },
    async makeFolder(path) {
      meet("makeFolder", path);
      await nodeDisk.makeFolder(path);
    },
    async syncFolder(path) {
      meet("syncFolder", path);
      await nodeDisk.syncFolder(path);
    },
    async rename(from, to) {
      meet("rename", to);
      await nodeDisk.rename(from, to);
    },
    async remove(path) {
      meet("remove", path);
      await nodeDisk.remove(path);
    },
    async removeFolder(path) {
      meet("removeFolder", path);
      await nodeDisk.removeFolder(path);
    },
  };
}

function faultyCommitDisk(meet: Meet): CommitDisk {
  const paths = new Map<number, string>();
  const { close, read, size, kindOf, list, freeBytes } = nodeCommitDisk;
  return {
    close,
    read,
    size,
    kindOf,
    list,
    freeBytes,
    open(path, mode) {
      meet(OPENING[mode], path);
      const file = nodeCommitDisk.open(path, mode);
      paths.set(file, path);
      return file;
    },
    write(file, chunks, position) {
      const bytes = Buffer.concat(chunks);
      const short = meet("write", paths.get(file)!);
      return nodeCommitDisk.write(file, [short ? bytes.subarray(0, bytes.length - 1) : bytes], position);
    },
    sync(file) {
      meet("sync", paths.get(file)!);
      nodeCommitDisk.sync(file);
    },
    makeFolder(path) {
      meet("makeFolder", path);
      return nodeCommitDisk.makeFolder(path);
    },
    syncFolder(path) {
      meet("syncFolder", path);
      nodeCommitDisk.syncFolder(path);
    },
    remove(path) {
      meet("remove", path);
      nodeCommitDisk.remove(path);
    },
    link(from, to) {
      meet("link", to);
      nodeCommitDisk.link(from, to);
    },
    rename(from, to) {
      meet("rename", to);
      nodeCommitDisk.rename(from, to);
    },
    removeFolder(path) {
      meet("removeFolder", path);
      return nodeCommitDisk.removeFolder(path);
    },
    async syncLater(path) {
      meet("syncLater", path);
      await nodeCommitDisk.syncLater(path);
    },
    sync_each_max: SYNC_EACH_MAX,
    // No test cuts the power, and a sync of the whole file system would wait for whatever else writes to it.
    async syncAllLater(path) {
      meet("syncAllLater", path);
      return true;
    },
  };
}
