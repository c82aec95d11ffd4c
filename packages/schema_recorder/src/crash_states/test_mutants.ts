import type { FileId } from "../journal/commit_disk.ts";
import { ENTRY_KINDS } from "../journal/frame.ts";
import { isLog, isLogFolder, isSegment, JOURNAL, type Mutant, recovery, writer } from "./test_mutant.ts";

/** Whether what is written to a segment is a frame that begins with an erasure. */
const erases = ([, payload]: readonly Buffer[]): boolean =>
  payload !== undefined && payload.readUInt16BE(0) === ENTRY_KINDS.indexOf("erase");

/** Faults that random histories show. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  "the journal is not synced": writer((disk, pathOf) => ({
    sync: (file) => (isSegment(pathOf(file)) ? undefined : disk.sync(file)),
  })),
  "the journal's folder is not synced": writer((disk) => ({
    syncFolder: (path) => (path === JOURNAL ? undefined : disk.syncFolder(path)),
  })),
  "the folders of logs are not synced at a checkpoint": writer((disk) => ({
    syncLater: async (path) => (isLogFolder(path) ? undefined : disk.syncLater(path)),
  })),
  "logs are not synced at a checkpoint": writer((disk) => ({
    syncLater: async (path) => (isLog(path) ? undefined : disk.syncLater(path)),
  })),
  "the file system is not synced at a checkpoint of many logs": writer(() => ({
    syncAllLater: async () => true,
  })),
  "a segment is removed before its logs are synced": writer((disk) => {
    const due: string[] = [];
    return {
      syncLater: async (path) => {
        if (isLog(path) || isLogFolder(path)) due.push(path);
        else await disk.syncLater(path);
      },
      remove: (path) => {
        disk.remove(path);
        disk.syncFolder(JOURNAL);
        for (const late of due.splice(0)) void disk.syncLater(late).catch(() => {});
      },
    };
  }),
  "an append is acknowledged before it is durable": writer((disk, pathOf) => {
    const due: FileId[] = [];
    const syncDue = (): void => {
      for (const file of due.splice(0)) disk.sync(file);
    };
    return {
      sync: (file) => {
        if (isSegment(pathOf(file))) due.push(file);
        else disk.sync(file);
      },
      // The next commit begins with a look at the free space.
      freeBytes: (path) => {
        syncDue();
        return disk.freeBytes(path);
      },
      close: (file) => {
        syncDue();
        disk.close(file);
      },
    };
  }),
  "a log is written before the journal": writer((disk, pathOf) => {
    const due: (() => void)[] = [];
    return {
      write: (file, chunks, position) => {
        if (!isSegment(pathOf(file))) {
          const written = disk.write(file, chunks, position);
          for (const late of due.splice(0)) late();
          return written;
        }
        due.push(() => disk.write(file, chunks, position));
        return chunks.reduce((bytes, chunk) => bytes + chunk.length, 0);
      },
      sync: (file) => {
        if (isSegment(pathOf(file))) due.push(() => disk.sync(file));
        else disk.sync(file);
      },
    };
  }),
  "a short write is taken for a whole one": writer((disk, pathOf) => {
    let writes = 0;
    return {
      write: (file, chunks, position) => {
        writes += 1;
        const [header, payload] = chunks;
        const is_frame = isSegment(pathOf(file)) && header !== undefined && payload !== undefined;
        // Of what stands behind a frame nothing would be missed.
        const short = is_frame && writes % 5 === 0 && [header, payload.subarray(0, -1)];
        disk.write(file, short || chunks, position);
        return chunks.reduce((bytes, chunk) => bytes + chunk.length, 0);
      },
    };
  }),
  "a failed sync is tried again": writer((disk, pathOf, process) => {
    let syncs = 0;
    return {
      sync: (file) => {
        syncs += 1;
        if (isSegment(pathOf(file)) && syncs % 2 === 0) process.failSync(file);
        disk.sync(file);
      },
    };
  }),
  "a start does not sync the folders of the journal": writer((disk) => {
    let syncs = 0;
    return {
      syncFolder: (path) => {
        syncs += 1;
        if (syncs > 2) disk.syncFolder(path);
      },
    };
  }),
  "an erasure is acknowledged while a segment holds the bytes": writer((disk) => {
    const due: string[] = [];
    return {
      remove: (path) => {
        if (isSegment(path)) due.push(path);
        else disk.remove(path);
      },
      freeBytes: (path) => {
        for (const late of due.splice(0)) disk.remove(late);
        return disk.freeBytes(path);
      },
    };
  }),
  "a log is erased before the entry of its erasure is durable": writer((disk, pathOf) => {
    let unsynced: FileId | undefined;
    return {
      write: (file, chunks, position) => {
        if (isSegment(pathOf(file))) unsynced = erases(chunks) ? file : undefined;
        return disk.write(file, chunks, position);
      },
      sync: (file) => {
        if (file !== unsynced) disk.sync(file);
      },
    };
  }),
  "the folder of an erased log is not synced": writer((disk) => ({
    syncLater: async (path) => (isLogFolder(path) ? undefined : disk.syncLater(path)),
    syncAllLater: async () => false,
  })),
  "a start does not do an erasure again": recovery((disk) => ({
    remove: (path) => (isLog(path) ? undefined : disk.remove(path)),
  })),
  "the journal is not put into the logs": recovery((disk, pathOf) => ({
    write: (file, chunks, position) =>
      isLog(pathOf(file)) ? Buffer.concat(chunks).length : disk.write(file, chunks, position),
  })),
  "an entry's offset is ignored": recovery((disk, pathOf) => ({
    write: (file, chunks, position) =>
      disk.write(file, chunks, isLog(pathOf(file)) ? (disk.size(file) ?? 0) : position),
  })),
  "a torn end is kept": {
    recovery: (process) => ({
      ...process,
      disk: {
        ...process.disk,
        open: async (path, mode) => ({ ...(await process.disk.open(path, mode)), truncate: async () => {} }),
      },
    }),
  },
};
