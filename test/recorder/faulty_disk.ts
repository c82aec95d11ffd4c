import { type Disk, type DiskFile, nodeDisk } from "@session-ledger/schema_recorder";

/** An operation that changes or syncs the disk. */
export type DiskOperation =
  | "write"
  | "sync"
  | "truncate"
  | "create"
  | "makeFolder"
  | "syncFolder"
  | "rename"
  | "remove";

/**
 * What happens to an operation: nothing (undefined), a system error of this code, a write that comes up short, or
 * a wait before it is carried out.
 */
export type DiskFault = { code: string } | { short: true } | { wait: Promise<void> } | undefined;

/** The real disk, with faults: `decide` is asked before each operation that changes or syncs something. */
export function faultyDisk(decide: (operation: DiskOperation, path: string) => DiskFault): Disk {
  const meet = async (operation: DiskOperation, path: string): Promise<boolean> => {
    const fault = decide(operation, path);
    if (fault === undefined) return false;
    if ("wait" in fault) await fault.wait;
    if ("code" in fault) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
    return "short" in fault;
  };
  return {
    ...nodeDisk,
    async open(path, mode) {
      if (mode === "create") await meet("create", path);
      return wrap(await nodeDisk.open(path, mode), path);
    },
    async makeFolder(path) {
      await meet("makeFolder", path);
      await nodeDisk.makeFolder(path);
    },
    async syncFolder(path) {
      await meet("syncFolder", path);
      await nodeDisk.syncFolder(path);
    },
    async rename(from, to) {
      await meet("rename", from);
      await nodeDisk.rename(from, to);
    },
    async remove(path) {
      await meet("remove", path);
      await nodeDisk.remove(path);
    },
  };

  function wrap(file: DiskFile, path: string): DiskFile {
    return {
      read: (buffer, position) => file.read(buffer, position),
      size: () => file.size(),
      close: () => file.close(),
      async write(bytes, position) {
        const short = await meet("write", path);
        return file.write(short ? bytes.subarray(0, bytes.length - 1) : bytes, position);
      },
      async truncate(length) {
        await meet("truncate", path);
        await file.truncate(length);
      },
      async sync() {
        await meet("sync", path);
        await file.sync();
      },
    };
  }
}
