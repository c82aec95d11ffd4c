// One writer a log root. Two locks stand on each other:
//
//   .ledger/writer.lock.db   an exclusive SQLite lock, which the kernel holds for the process: it is released the
//                            moment the process dies and kept while it is stopped, so it alone decides
//   .ledger/writer.lock      the lock of proper-lockfile, which other tools see and whose loss ends the process
//   .ledger/writer.json      who holds it
//
// proper-lockfile by itself can give two owners when several processes take over a stale lock, and lets a stopped
// process write after it lost the lock.
import fs from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { lock as lockFile } from "proper-lockfile";
import { type Disk, nodeDisk, systemCode } from "./disk.ts";
import { LEDGER_FOLDER } from "./log_paths.ts";
import { RecorderError } from "./recorder_error.ts";
import { assertWritten } from "./write_check.ts";

const LOCK_DATABASE = "writer.lock.db";
const LOCK_FOLDER = "writer.lock";
const HOLDER_FILE = "writer.json";
/** A reader that asks whether a writer lives holds the lock for less than a millisecond; a writer waits it out. */
const KERNEL_LOCK_WAIT_MS = 200;
const STALE_MS = 10_000;
const SQLITE_BUSY = 5;
const HOLDER_BYTES_MAX = 4096;

/** The file system for proper-lockfile, which would make its folder with the process's umask. */
const PRIVATE_FOLDERS = {
  ...fs,
  mkdir: (path: string, done: (error: Error | null) => void) => fs.mkdir(path, { mode: 0o700 }, done),
};

/** Who holds a log root. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** Where it answers, if it is a server. */
  readonly address?: string;
}

export interface WriterLock {
  /** Tells other processes where the holder answers. */
  announce(address: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a log root, at once or not at all. `on_lost` is called if the lock is lost later; the process
 * must then stop writing.
 * @throws RecorderError `LOG_ROOT_LOCKED`, naming the holder's pid and host
 */
export async function takeWriterLock(
  disk: Disk,
  folder: string,
  since: string,
  on_lost: (error: Error) => void,
): Promise<WriterLock> {
  const database = join(folder, LOCK_DATABASE);
  // SQLite would make the file readable for everyone.
  if ((await disk.kindOf(database)) === undefined) await createEmpty(disk, database);
  const kernel_lock = takeKernelLock(database);
  if (kernel_lock === undefined) throw await lockedError(disk, folder);
  let releaseFile: (() => Promise<void>) | undefined;
  try {
    const holder = await readHolder(disk, folder);
    if (holder === undefined || holder.host === hostname()) await removeStaleLock(disk, folder);
    releaseFile = await lockFile(folder, {
      lockfilePath: join(folder, LOCK_FOLDER),
      realpath: false,
      stale: STALE_MS,
      retries: 0,
      fs: PRIVATE_FOLDERS,
      onCompromised: on_lost,
    }).catch(async (error: unknown) => {
      throw systemCode(error) === "ELOCKED" ? await lockedError(disk, folder) : error;
    });
    const self: LockHolder = { pid: process.pid, host: hostname(), since };
    await writeHolder(disk, folder, self);
    const release = releaseFile;
    return {
      announce: (address) => writeHolder(disk, folder, { ...self, address }),
      async release() {
        await release();
        kernel_lock.close();
      },
    };
  } catch (error) {
    await releaseFile?.();
    kernel_lock.close();
    throw error;
  }
}

/** Where the process that holds a log root answers; undefined if none does, or it is no server. */
export async function writerAddress(log_root: string, disk: Disk = nodeDisk): Promise<string | undefined> {
  const folder = join(log_root, LEDGER_FOLDER);
  return writerLives(folder) ? (await readHolder(disk, folder))?.address : undefined;
}

/** Whether a process holds the log root now. */
export function writerLives(folder: string): boolean {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(join(folder, LOCK_DATABASE), { readOnly: true, timeout: 0 });
  } catch {
    return false;
  }
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

/** An open exclusive transaction, or undefined if another process has one. It lasts as long as its handle. */
function takeKernelLock(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: KERNEL_LOCK_WAIT_MS });
  try {
    // Nothing is ever written, so no journal file is needed.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

/** The kernel lock is ours, so whoever made this lock on this host is dead or gone. */
async function removeStaleLock(disk: Disk, folder: string): Promise<void> {
  const path = join(folder, LOCK_FOLDER);
  if ((await disk.kindOf(path)) === "folder") await disk.removeFolder(path);
}

async function lockedError(disk: Disk, folder: string): Promise<RecorderError> {
  const holder = await readHolder(disk, folder);
  const who = holder === undefined ? "another process" : `pid ${holder.pid} on ${holder.host}`;
  return new RecorderError("LOG_ROOT_LOCKED", `${who} writes to this log root`);
}

async function readHolder(disk: Disk, folder: string): Promise<LockHolder | undefined> {
  try {
    const file = await disk.open(join(folder, HOLDER_FILE), "read");
    try {
      const bytes = Buffer.alloc(HOLDER_BYTES_MAX);
      return JSON.parse(bytes.toString("utf8", 0, await file.read(bytes, 0))) as LockHolder;
    } finally {
      await file.close();
    }
  } catch {
    // Only a courtesy: the lock holds without it.
    return undefined;
  }
}

async function createEmpty(disk: Disk, path: string): Promise<void> {
  try {
    await (await disk.open(path, "create")).close();
  } catch (error) {
    // Another process made it first.
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

async function writeHolder(disk: Disk, folder: string, holder: LockHolder): Promise<void> {
  const path = join(folder, HOLDER_FILE);
  const draft = `${path}.draft`;
  if ((await disk.kindOf(draft)) !== undefined) await disk.remove(draft);
  const file = await disk.open(draft, "create");
  try {
    const bytes = Buffer.from(`${JSON.stringify(holder)}\n`);
    assertWritten(await file.write(bytes, 0), bytes.length, draft);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path);
}
