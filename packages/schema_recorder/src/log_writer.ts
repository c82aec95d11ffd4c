import { join } from "node:path";
import { type Disk, type DiskFile, systemCode } from "./disk.ts";
import type { LogFolders } from "./log_folders.ts";
import { logFile } from "./log_paths.ts";
import type { LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import { assertWritten } from "./torn_tail.ts";

/** Puts bytes at the end of logs and makes them durable. */
export class LogWriter {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #folders: LogFolders;

  constructor(disk: Disk, root: string, folders: LogFolders) {
    this.#disk = disk;
    this.#root = root;
    this.#folders = folders;
  }

  /**
   * Writes `bytes` at the end of a log that has `end` bytes, and resolves when they and every new folder entry
   * are durable. With `end` 0 the log is created.
   * @throws RecorderError `LOG_TRUNCATED`, `LOG_CORRUPT`, `STORE_UNAVAILABLE` (nothing was written);
   *   `STORE_FAILED` (unknown what was written: the store must not be used again)
   */
  async write(log: LogName, bytes: Buffer, end: number): Promise<void> {
    const path = join(this.#root, logFile(log));
    const file = end === 0 ? await this.#create(log, path) : await this.#openAt(path, end);
    try {
      assertWritten(await file.write(bytes, end), bytes.length, path);
      await file.sync();
      if (end === 0) await this.#disk.syncFolder(await this.#folders.ensure(log.user_id));
    } catch (error) {
      throw error instanceof RecorderError
        ? error
        : new RecorderError("STORE_FAILED", path, { cause: error });
    } finally {
      // The bytes are durable by now, or the store has failed; closing changes neither.
      await file.close().catch(() => {});
    }
  }

  async #create(log: LogName, path: string): Promise<DiskFile> {
    try {
      await this.#folders.ensure(log.user_id);
      return await this.#disk.open(path, "create");
    } catch (error) {
      if (systemCode(error) === "EEXIST") {
        throw new RecorderError("LOG_CORRUPT", `${path} appeared from outside`);
      }
      throw unavailable(path, error);
    }
  }

  /** Opens a log that must be exactly as long as the catalog says: no one else writes here. */
  async #openAt(path: string, end: number): Promise<DiskFile> {
    let file: DiskFile;
    try {
      file = await this.#disk.open(path, "write");
    } catch (error) {
      if (systemCode(error) === "ENOENT") throw new RecorderError("LOG_TRUNCATED", `${path} is gone`);
      throw unavailable(path, error);
    }
    const size = await file.size();
    if (size === end) return file;
    await file.close();
    throw size < end
      ? new RecorderError("LOG_TRUNCATED", `${path} has ${size} bytes, expected ${end}`)
      : new RecorderError("LOG_CORRUPT", `${path} was written from outside after byte ${end}`);
  }
}

function unavailable(path: string, error: unknown): RecorderError {
  return error instanceof RecorderError
    ? error
    : new RecorderError("STORE_UNAVAILABLE", `cannot open ${path}`, { cause: error });
}
