import { type CommitDisk, type Disk, nodeCommitDisk, nodeDisk } from "@session-ledger/schema_recorder";

/** An operation that changes or syncs the disk. */
export type DiskOperation =
  | "write"
  | "sync"
  | "truncate"
  | "create"
  | "makeFolder"
  | "syncFolder"
  | "rename"
  | "remove"
  | "syncLater";

/** What happens to an operation: nothing, a system error of this code, or a write that comes up a byte short. */
export type DiskFault = { code: string } | { short: true } | undefined;

/** Asked before each operation that changes or syncs something. */
export type DecideFault = (operation: DiskOperation, path: string) => DiskFault;

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

/** Throws, or says whether a write is to come up short. */
type Meet = (operation: DiskOperation, path: string) => boolean;

function faultyDisk(meet: Meet): Disk {
  return {
    ...nodeDisk,
    async open(path, mode) {
      if (mode === "create") meet("create", path);
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
      meet("rename", from);
      await nodeDisk.rename(from, to);
    },
    async remove(path) {
      meet("remove", path);
      await nodeDisk.remove(path);
    },
  };
}

function faultyCommitDisk(meet: Meet): CommitDisk {
  const paths = new Map<number, string>();
  return {
    ...nodeCommitDisk,
    open(path, mode) {
      if (mode === "create") meet("create", path);
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
    async syncLater(path) {
      meet("syncLater", path);
      await nodeCommitDisk.syncLater(path);
    },
    async syncAllLater() {
      return false;
    },
  };
}
