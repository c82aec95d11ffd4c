import { join, resolve } from "node:path";
import { toServerTime } from "@session-ledger/session_contract";
import { CatalogFile } from "./catalog/catalog_file.ts";
import { type CatalogWriter, InlineCatalogWriter, ThreadCatalogWriter } from "./catalog/catalog_writer.ts";
import { type Disk, nodeDisk, systemCode } from "./disk.ts";
import { makeFolder, makeRoot } from "./folder_making.ts";
import { type CommitDisk, nodeCommitDisk } from "./journal/commit_disk.ts";
import { type Committer, InlineCommitter } from "./journal/committer.ts";
import { handlesMax } from "./journal/open_files_limit.ts";
import { WorkerCommitter } from "./journal/worker_committer.ts";
import type { ExaminationOptions } from "./log_examination.ts";
import { LEDGER_FOLDER } from "./log_paths.ts";
import type { RecorderError } from "./recorder_error.ts";
import { type Catalogs, type RecoveredStore, type RecoveryOptions, recoverStore } from "./store_recovery.ts";
import { takeWriterLock, type WriterLock } from "./writer_lock.ts";

const DISK_FREE_BYTES_MIN_DEFAULT = 64 * 1024 * 1024;
const CHECKPOINT_BYTES_DEFAULT = 32 * 1024 * 1024;
const CHECKPOINT_SECONDS_DEFAULT = 30;

export interface StoreOptions {
  /** The log root. It is made if it is missing. */
  readonly root: string;
  /** The wall clock, in milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Below this many free bytes on the root's file system, appends are refused with `STORE_FULL`. */
  readonly disk_free_bytes_min?: number;
  /** A journal segment of this size is checkpointed. */
  readonly checkpoint_bytes?: number;
  /** A journal segment of this age is checkpointed. */
  readonly checkpoint_seconds?: number;
  /** Called once, when a write or a sync failed or the lock was lost: the process must end and recover by replay. */
  readonly on_fatal?: (error: RecorderError) => void;
  /** Called while the catalog is rebuilt, with how many logs were read. */
  readonly on_rebuild?: (logs: number) => void;
  /** The file system for reading, locking and repairing. */
  readonly disk?: Disk;
  /** The file system for committing. One given here is used on the caller's thread. */
  readonly commit_disk?: CommitDisk;
}

/** What a store stands on beside its disks, for tests that have no real file system below it. */
export interface StoreSeams {
  readonly takeLock: typeof takeWriterLock;
  readonly catalogs: Catalogs;
}

const REAL_SEAMS: StoreSeams = { takeLock: takeWriterLock, catalogs: CatalogFile };

/** A log root that is locked and recovered. */
export interface OpenStore {
  readonly root: string;
  readonly disk: Disk;
  readonly commit_disk: CommitDisk;
  readonly clock: () => number;
  readonly free_bytes_min: number;
  readonly checkpoint_bytes: number;
  readonly checkpoint_ms: number;
  readonly on_fatal: (error: RecorderError) => void;
  /** Why the store is open for reading only, if it is. */
  readonly read_only: string | undefined;
  readonly recovered: RecoveredStore;
  readonly examination: ExaminationOptions;
  readonly makeCommitter: () => Committer;
  readonly makeCatalogWriter: () => CatalogWriter;
  /** Says what to do when the lock is lost. */
  readonly onLockLost: (listener: (error: Error) => void) => void;
  /** Tells other processes where this one answers. */
  readonly announce: (address: string) => Promise<void>;
  /** Closes the catalog, as one that agrees with the logs after a clean stop, and frees the lock. */
  readonly close: (is_clean: boolean) => Promise<void>;
}

/** @throws RecorderError `LOG_ROOT_LOCKED`, `JOURNAL_CORRUPT` */
export async function openStore(options: StoreOptions, seams: StoreSeams = REAL_SEAMS): Promise<OpenStore> {
  const root = resolve(options.root);
  const disk = options.disk ?? nodeDisk;
  const commit_disk = options.commit_disk ?? nodeCommitDisk;
  const clock = options.clock ?? Date.now;
  const free_bytes_min = options.disk_free_bytes_min ?? DISK_FREE_BYTES_MIN_DEFAULT;
  const now = (): string => toServerTime(clock());

  let lock_lost: Error | undefined;
  let onLost = (error: Error): void => {
    lock_lost = error;
  };
  const { lock, read_only: unlockable } = await lockRoot(disk, root, now(), (error) => onLost(error), seams);
  try {
    const folds_case = await foldsCase(disk, root);
    const { read_only, recovered, examination } = await recoverAsFarAsPossible(
      {
        disk,
        root,
        now,
        commit_disk,
        catalogs: seams.catalogs,
        folds_case,
        onRebuild: options.on_rebuild ?? (() => {}),
      },
      unlockable,
    );
    const engine = { root, free_bytes_min, next_batch: recovered.next_batch, handles_max: handlesMax() };
    return {
      root,
      disk: recovered.disk,
      commit_disk,
      clock,
      free_bytes_min,
      checkpoint_bytes: options.checkpoint_bytes ?? CHECKPOINT_BYTES_DEFAULT,
      checkpoint_ms: (options.checkpoint_seconds ?? CHECKPOINT_SECONDS_DEFAULT) * 1000,
      on_fatal: options.on_fatal ?? (() => {}),
      read_only,
      recovered,
      examination,
      makeCommitter: () =>
        options.commit_disk === undefined
          ? new WorkerCommitter(engine)
          : new InlineCommitter({ ...engine, disk: options.commit_disk }),
      makeCatalogWriter: () =>
        options.commit_disk === undefined
          ? new ThreadCatalogWriter({ folder: join(root, LEDGER_FOLDER) })
          : new InlineCatalogWriter(recovered.catalog_file),
      onLockLost(listener) {
        onLost = listener;
        if (lock_lost !== undefined) listener(lock_lost);
      },
      announce: async (address) => lock?.announce(address),
      async close(is_clean) {
        try {
          if (is_clean) recovered.catalog_file.closeClean(commit_disk, join(root, LEDGER_FOLDER));
          else recovered.catalog_file.close();
        } finally {
          await lock?.release();
        }
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/**
 * Recovers the store; a root that turns out not to be writable on the way, such as one on a full disk, is read
 * instead. The journal stays, so that the next start can finish.
 */
async function recoverAsFarAsPossible(
  options: Omit<RecoveryOptions, "may_write">,
  unlockable: string | undefined,
) {
  const { disk, root, now } = options;
  const recover = async (read_only: string | undefined) => {
    const may_write = read_only === undefined;
    const examination: ExaminationOptions = { disk, root, now, may_write };
    return { read_only, examination, recovered: await recoverStore({ ...options, may_write }) };
  };
  try {
    return await recover(unlockable);
  } catch (error) {
    const read_only = unlockable === undefined ? readOnlyReason(error) : undefined;
    if (read_only === undefined) throw error;
    return recover(read_only);
  }
}

/** Takes the lock; a root that cannot be written is not locked, and the reason is given. */
async function lockRoot(
  disk: Disk,
  root: string,
  now: string,
  onLost: (error: Error) => void,
  { takeLock }: StoreSeams,
): Promise<{ lock?: WriterLock; read_only: string | undefined }> {
  const folder = join(root, LEDGER_FOLDER);
  try {
    await makeRoot(disk, root);
    await makeFolder(disk, folder);
    return { lock: await takeLock(disk, folder, now, onLost), read_only: undefined };
  } catch (error) {
    const read_only = readOnlyReason(error);
    if (read_only === undefined) throw error;
    return { read_only };
  }
}

/** Whether the file system takes upper and lower case for the same. */
async function foldsCase(disk: Disk, root: string): Promise<boolean> {
  return (await disk.kindOf(join(root, LEDGER_FOLDER.toUpperCase()))) !== undefined;
}

const READ_ONLY_CODES = new Set(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT"]);
/** SQLITE_READONLY, SQLITE_FULL, SQLITE_CANTOPEN. */
const READ_ONLY_SQLITE_CODES = new Set<unknown>([8, 13, 14]);

/** Why the root can only be read, if that is what the error says. */
function readOnlyReason(error: unknown): string | undefined {
  const sqlite_code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  const code = systemCode(error);
  if ((code !== undefined && READ_ONLY_CODES.has(code)) || READ_ONLY_SQLITE_CODES.has(sqlite_code)) {
    return "The log root cannot be written; sessions can be read.";
  }
  return undefined;
}
