import { watch } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Line } from "@session-ledger/session_contract";
import { assertLogName } from "./admission.ts";
import { verifyArchive } from "./archive/archive_verifier.ts";
import { CatalogFile } from "./catalog/catalog_file.ts";
import { nodeCommitDisk } from "./journal/commit_disk.ts";
import { disagreement, type KnownEnd, knownEnd } from "./known_end.ts";
import { LogCursor } from "./log_cursor.ts";
import { type FoundLog, findArchives, findLogs, isHashedStem } from "./log_files.ts";
import { archiveFile, LEDGER_FOLDER, logFile } from "./log_paths.ts";
import { readLog, replayLog, tailLog } from "./log_reading.ts";
import { type LogReport, verifyLog } from "./log_verifier.ts";
import { blockingDisk, type ReadDisk } from "./read_disk.ts";
import type { Fault, LedgerReader, LogName, ReadOptions, TailOptions } from "./recorder.ts";
import { planTailRepair, type TailRepair } from "./torn_tail.ts";
import { writerLives } from "./writer_lock.ts";

/** How much of a log is copied at once. */
const COPY_BYTES = 256 * 1024;

export interface ReaderOptions {
  /** The log root, which need not exist. */
  readonly root: string;
  /** Default: one whose calls block, for a process that only reads. */
  readonly disk?: ReadDisk;
}

/** Reads the session logs below a root, beside a living writer or without one. It changes nothing. */
export class JsonlReader implements LedgerReader {
  readonly #disk: ReadDisk;
  readonly #root: string;
  readonly #closing = new AbortController();
  /** What the last writer knew of the logs when it stopped; `null` until it is asked for. */
  #catalog: CatalogFile | undefined | null = null;

  constructor(options: ReaderOptions) {
    this.#disk = options.disk ?? blockingDisk;
    this.#root = resolve(options.root);
  }

  /** A log's file, relative to the log root. */
  logFile(log: LogName): string {
    return logFile(log);
  }

  async *logs(): AsyncGenerator<LogName, void> {
    for await (const { log } of findLogs(this.#disk, this.#root)) yield log;
  }

  /** The logs that are archived. */
  async *archives(): AsyncGenerator<LogName, void> {
    for await (const { log } of findArchives(this.#disk, this.#root)) yield log;
  }

  read(log: LogName, options?: ReadOptions): AsyncGenerator<Line, void> {
    return readLog(() => this.#open(log), options);
  }

  replay<State>(
    log: LogName,
    evolve: (state: State, line: Line) => State,
    initial: State,
    options?: ReadOptions,
  ): Promise<State> {
    return replayLog(() => this.#open(log), evolve, initial, options);
  }

  async *tail(log: LogName, options: TailOptions): AsyncGenerator<Line, void> {
    const cursor = await this.#open(log);
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    yield* tailLog(cursor, (wake) => this.#watch(log, wake), { ...options, signal });
  }

  /**
   * Reads a whole log and lists every fault. `check` says what else is wrong with a line that is in its place.
   * @throws RecorderError `LOG_NOT_FOUND`, `STORE_UNAVAILABLE`
   */
  async verify(log: LogName, check?: (line: Line) => string | undefined): Promise<LogReport> {
    assertFileName(log);
    return this.#verify({ log, file: logFile(log) }, check, async () => {});
  }

  /**
   * Verifies a log, and gives its bytes to `write`: up to where a recovery would keep them, and of the very file that
   * was verified, whatever takes its place meanwhile.
   * @throws RecorderError `LOG_NOT_FOUND`, `LOG_TRUNCATED`, `STORE_UNAVAILABLE`, and what `write` throws
   */
  copy(
    found: Pick<FoundLog, "log" | "file">,
    write: (bytes: Buffer, position: number) => Promise<void>,
  ): Promise<LogReport> {
    return this.#verify(found, undefined, async (cursor, { kept_bytes }) => {
      for (let position = 0; position < kept_bytes; position += COPY_BYTES) {
        await write(await cursor.bytes(position, Math.min(position + COPY_BYTES, kept_bytes)), position);
      }
    });
  }

  async #verify(
    found: Pick<FoundLog, "log" | "file">,
    check: ((line: Line) => string | undefined) | undefined,
    then: (cursor: LogCursor, report: LogReport) => Promise<void>,
  ): Promise<LogReport> {
    // Asked before reading: a writer that ends meanwhile leaves a finished log.
    const writer_lives = this.writerLives();
    const cursor = await LogCursor.open(this.#disk, join(this.#root, found.file), found.log);
    try {
      const known = writer_lives ? undefined : this.#knownEnd(found.log);
      const options = { writer_lives, known, ...(check === undefined ? {} : { check }) };
      const report = await verifyLog(cursor, found, options);
      await then(cursor, report);
      return report;
    } finally {
      await cursor.close();
    }
  }

  /**
   * Reads an archived log as `verify` does one that stands. Undefined: it is no longer archived.
   * @throws RecorderError `STORE_UNAVAILABLE`
   */
  async verifyArchive(
    log: LogName,
    check?: (line: Line) => string | undefined,
  ): Promise<LogReport | undefined> {
    assertFileName(log);
    const known = this.writerLives() ? undefined : this.#knownEnd(log);
    return verifyArchive(this.#disk, this.#root, log, { known, ...(check === undefined ? {} : { check }) });
  }

  /** Logs that the last writer knew when it stopped, and that are gone. None are known while a writer lives. */
  async *missingLogs(): AsyncGenerator<Fault, void> {
    const catalog = this.writerLives() ? undefined : this.#lastCatalog();
    if (catalog === undefined) return;
    for (const entry of catalog.entries()) {
      const file = entry.archived_at === undefined ? logFile(entry.log) : archiveFile(entry.log);
      if ((await this.#disk.kindOf(join(this.#root, file))) !== undefined) continue;
      yield disagreement(file, 1, 0, knownEnd(entry));
    }
  }

  /** What the next writer would repair at its start: nothing, while a writer lives. */
  async *inspectTails(): AsyncGenerator<TailRepair, void> {
    if (this.writerLives()) return;
    const now = new Date().toISOString();
    for await (const { log, file } of findLogs(this.#disk, this.#root)) {
      const cursor = await this.#open(log);
      try {
        let damaged = false;
        const end = await cursor.inspect(
          () => {},
          () => {
            damaged = true;
          },
        );
        const known_bytes = this.#lastCatalog()?.get(log)?.bytes ?? 0;
        const is_shorter = end.complete_bytes < known_bytes && !end.lacks_only_newline;
        const repair = damaged || is_shorter ? undefined : planTailRepair(log, file, end, now);
        if (repair !== undefined) yield repair;
      } finally {
        await cursor.close();
      }
    }
  }

  /** Whether a process has this log root open for writing. */
  writerLives(): boolean {
    return writerLives(join(this.#root, LEDGER_FOLDER));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#catalog?.close();
    this.#catalog = undefined;
  }

  #knownEnd(log: LogName): KnownEnd | undefined {
    try {
      const entry = this.#lastCatalog()?.get(log);
      return entry && knownEnd(entry);
    } catch {
      // A writer that began meanwhile changes the catalog under this reader; it checks the log itself.
      return undefined;
    }
  }

  #lastCatalog(): CatalogFile | undefined {
    if (this.#catalog === null) {
      this.#catalog = CatalogFile.openClean(nodeCommitDisk, join(this.#root, LEDGER_FOLDER));
    }
    return this.#catalog;
  }

  async #open(log: LogName): Promise<LogCursor> {
    assertLogName(log);
    return LogCursor.open(this.#disk, join(this.#root, logFile(log)), log);
  }

  /** Watches the log's folder through the kernel, since watching a file misses its removal. */
  #watch(log: LogName, wake: () => void): () => void {
    const path = join(this.#root, logFile(log));
    const name = basename(path);
    const watcher = watch(dirname(path), (_event, changed) => {
      if (changed === null || changed === name) wake();
    });
    watcher.on("error", wake);
    return () => watcher.close();
  }
}

/** What `logs` names is verified though its `session_id` cannot be read, and stands for it as its file's stem. */
function assertFileName(log: LogName): void {
  if (!isHashedStem(log.session_id)) assertLogName(log);
}

/** Opens a log root for reading. */
export async function openReader(options: ReaderOptions): Promise<JsonlReader> {
  return new JsonlReader(options);
}
