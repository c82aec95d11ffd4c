import { join, resolve } from "node:path";
import { type EventToAppend, type Line, toServerTime } from "@session-ledger/session_contract";
import { claimOf, evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import { assertAdmissible } from "./admission.ts";
import { Catalog } from "./catalog.ts";
import { Claims } from "./claims.ts";
import { CommitFeed } from "./commit_feed.ts";
import { type Disk, nodeDisk, systemCode } from "./disk.ts";
import { JsonlReader } from "./jsonl_reader.ts";
import { KeyedQueue } from "./keyed_queue.ts";
import { encodeBatch } from "./line_batch.ts";
import { faultError, LogCursor } from "./log_cursor.ts";
import { LogFolders, makeFolder, makeRoot } from "./log_folders.ts";
import { LEDGER_FOLDER, logFile, logKey } from "./log_paths.ts";
import { readLog, tailLog } from "./log_reading.ts";
import { LogWriter } from "./log_writer.ts";
import type {
  AppendOptions,
  Fault,
  LogName,
  Readiness,
  ReadOptions,
  Recorder,
  SessionEntry,
  TailOptions,
} from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import { recover } from "./recovery.ts";
import type { TailRepair } from "./torn_tail.ts";
import { takeWriterLock, type WriterLock } from "./writer_lock.ts";

const DISK_FREE_BYTES_MIN_DEFAULT = 64 * 1024 * 1024;

export interface RecorderOptions {
  /** The log root. It is made if it is missing. */
  readonly root: string;
  /** The wall clock, in milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Below this many free bytes on the root's file system, appends are refused with `STORE_FULL`. */
  readonly disk_free_bytes_min?: number;
  /** Called once, when a write or a sync failed or the lock was lost: the process must end and recover by replay. */
  readonly on_fatal?: (error: RecorderError) => void;
  readonly disk?: Disk;
}

/** The recorder of the embedded store: one JSONL file a session, below a log root that it alone writes. */
export class JsonlRecorder implements Recorder {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #clock: () => number;
  readonly #free_bytes_min: number;
  readonly #on_fatal: (error: RecorderError) => void;
  readonly #reader: JsonlReader;
  readonly #writer: LogWriter;
  readonly #claims = new Claims();
  readonly #queue = new KeyedQueue();
  readonly #feed = new CommitFeed();
  readonly #closing = new AbortController();
  #catalog = new Catalog({ folds_case: false });
  #lock: WriterLock | undefined;
  /** Why the store was opened for reading only. */
  #read_only: string | undefined;
  #failure: RecorderError | undefined;
  #repairs: readonly TailRepair[] = [];
  #faults: readonly Fault[] = [];

  private constructor(options: RecorderOptions) {
    this.#disk = options.disk ?? nodeDisk;
    this.#root = resolve(options.root);
    this.#clock = options.clock ?? Date.now;
    this.#free_bytes_min = options.disk_free_bytes_min ?? DISK_FREE_BYTES_MIN_DEFAULT;
    this.#on_fatal = options.on_fatal ?? (() => {});
    this.#reader = new JsonlReader({ root: this.#root, disk: this.#disk });
    this.#writer = new LogWriter(this.#disk, this.#root, new LogFolders(this.#disk, this.#root));
  }

  /**
   * Takes the lock of a log root, repairs torn ends and rebuilds catalog and claims by replay. A root that cannot
   * be written is opened for reading: appends are refused, and `readiness` says why.
   * @throws RecorderError `LOG_ROOT_LOCKED`
   */
  static async open(options: RecorderOptions): Promise<JsonlRecorder> {
    const recorder = new JsonlRecorder(options);
    try {
      await recorder.#lockRoot();
      await recorder.#recover();
    } catch (error) {
      await recorder.#lock?.release();
      throw error;
    }
    return recorder;
  }

  /** What opening repaired. */
  get recovered(): readonly TailRepair[] {
    return this.#repairs;
  }

  /** The first fault of each log that is damaged, and so refused. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  append(log: LogName, events: readonly EventToAppend[], options: AppendOptions): Promise<readonly Line[]> {
    try {
      assertAdmissible(log, events);
      this.#assertWritable();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#queue.run(logKey(log), () => this.#append(log, events, options));
  }

  logs(): AsyncIterable<LogName> {
    return this.#reader.logs();
  }

  async *read(log: LogName, options?: ReadOptions): AsyncGenerator<Line, void> {
    yield* readLog(await this.#openCursor(log), options);
  }

  async *tail(log: LogName, options: TailOptions): AsyncGenerator<Line, void> {
    const cursor = await this.#openCursor(log);
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    yield* tailLog(cursor, (wake) => this.#feed.subscribe(log, wake), { ...options, signal });
  }

  async find(session_id: string): Promise<readonly SessionEntry[]> {
    return this.#catalog.find(session_id);
  }

  async *sessions(): AsyncGenerator<SessionEntry, void> {
    yield* this.#catalog.entries();
  }

  async holderOf(claim: string): Promise<LogName | undefined> {
    return this.#claims.holderOf(claim);
  }

  async readiness(): Promise<Readiness> {
    try {
      this.#assertWritable();
      await this.#assertSpace();
      return { ready: true };
    } catch (error) {
      return {
        ready: false,
        reason: error instanceof RecorderError ? error.detail : "The store cannot be read.",
      };
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#queue.idle();
    await this.#reader.close();
    await this.#lock?.release();
    this.#lock = undefined;
  }

  /** Opens a log up to its last durable line; a damaged one up to its damage. */
  async #openCursor(log: LogName): Promise<LogCursor> {
    const entry = this.#catalog.get(log);
    if (entry === undefined) throw new RecorderError("LOG_NOT_FOUND", logKey(log));
    const end = (): number => {
      return entry.fault === undefined ? (this.#catalog.get(log)?.bytes ?? 0) : Number.POSITIVE_INFINITY;
    };
    return LogCursor.open(this.#disk, join(this.#root, logFile(log)), log, end);
  }

  async #lockRoot(): Promise<void> {
    const folder = join(this.#root, LEDGER_FOLDER);
    try {
      await makeRoot(this.#disk, this.#root);
      await makeFolder(this.#disk, folder);
      this.#lock = await takeWriterLock(this.#disk, folder, toServerTime(this.#clock()), (error) =>
        this.#fail(new RecorderError("STORE_FAILED", "the lock was lost", { cause: error })),
      );
    } catch (error) {
      const reason = readOnlyReason(error);
      if (reason === undefined) throw error;
      this.#read_only = reason;
    }
  }

  async #recover(): Promise<void> {
    const upper = await this.#disk.kindOf(join(this.#root, LEDGER_FOLDER.toUpperCase()));
    this.#catalog = new Catalog({ folds_case: upper !== undefined });
    const recovered = await recover(this.#catalog, {
      disk: this.#disk,
      root: this.#root,
      now: toServerTime(this.#clock()),
      may_write: this.#read_only === undefined,
    });
    this.#repairs = recovered.repairs;
    this.#faults = recovered.faults;
    for (const { log, state, fault } of this.#catalog.entries()) {
      // A damaged log cannot be ended, so it must not keep its user from starting anew.
      const claim = fault === undefined ? claimOf(state) : undefined;
      if (claim !== undefined) this.#claims.hold(claim, log);
    }
  }

  async #append(
    log: LogName,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<readonly Line[]> {
    this.#assertWritable();
    const entry = this.#catalog.get(log);
    if (entry?.fault !== undefined) throw faultError(entry.fault);
    const seq = entry?.state.seq ?? 0;
    if (seq !== options.expected_seq) {
      throw new RecorderError(
        "SEQ_CONFLICT",
        `${logKey(log)} is at ${seq}, expected ${options.expected_seq}`,
      );
    }
    if (entry === undefined && this.#catalog.conflictsInCase(log))
      throw new RecorderError("ID_CASE_CONFLICT");

    const position = entry && { seq, hash: entry.hash, recorded_at: entry.recorded_at };
    const batch = encodeBatch(log, events, position, this.#clock());
    if (options.claim !== undefined) this.#claims.reserve(options.claim, log);
    try {
      await this.#assertSpace();
      await this.#writer.write(log, batch.bytes, entry?.bytes ?? 0);
    } catch (error) {
      if (options.claim !== undefined) this.#claims.cancel(options.claim);
      if (error instanceof RecorderError && error.code === "STORE_FAILED") this.#fail(error);
      throw error;
    }
    // Another log's failure may have ended the store meanwhile: then nothing more is acknowledged.
    if (this.#failure !== undefined) throw this.#failure;
    this.#commit(log, batch, entry?.state ?? INITIAL_STATE, entry?.bytes ?? 0, options);
    return batch.lines;
  }

  #commit(
    log: LogName,
    batch: { lines: readonly Line[]; bytes: Buffer },
    before: SessionState,
    end: number,
    options: AppendOptions,
  ): void {
    const last = batch.lines.at(-1)!;
    this.#catalog.set({
      log,
      state: batch.lines.reduce(evolve, before),
      recorded_at: last.recorded_at,
      hash: last.hash,
      bytes: end + batch.bytes.length,
    });
    if (options.release !== undefined) this.#claims.release(options.release, log);
    if (options.claim !== undefined) this.#claims.hold(options.claim, log);
    this.#feed.publish(log);
  }

  #assertWritable(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing.signal.aborted) throw new RecorderError("STORE_UNAVAILABLE", "the recorder is closed");
    if (this.#read_only !== undefined) {
      throw new RecorderError("STORE_UNAVAILABLE", this.#read_only, { detail: this.#read_only });
    }
  }

  async #assertSpace(): Promise<void> {
    const free = await this.#disk.freeBytes(this.#root).catch((error: unknown) => {
      throw new RecorderError("STORE_UNAVAILABLE", "the log root's free space is not known", {
        cause: error,
      });
    });
    if (free < this.#free_bytes_min) {
      throw new RecorderError(
        "STORE_FULL",
        `${free} bytes are free, at least ${this.#free_bytes_min} are needed`,
      );
    }
  }

  /** Ends the store: after a failed write or sync nothing can be known but by replay. */
  #fail(error: RecorderError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#on_fatal(error);
  }
}

/** Opens the embedded store for writing. See `JsonlRecorder.open`. */
export function openRecorder(options: RecorderOptions): Promise<JsonlRecorder> {
  return JsonlRecorder.open(options);
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
