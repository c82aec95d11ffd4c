import { join } from "node:path";
import type { Line } from "@session-ledger/session_contract";
import type { CatalogEntry } from "./catalog/catalog_entry.ts";
import type { CommitFeed } from "./commit_feed.ts";
import { disagreement, knownEnd } from "./known_end.ts";
import { type LineMark, LineMarks, type LogMarks } from "./line_marks.ts";
import { type OpenAt, pickLines } from "./line_picker.ts";
import { faultError, LogCursor } from "./log_cursor.ts";
import { findLogs } from "./log_files.ts";
import { logFile, logKey } from "./log_paths.ts";
import { readLog, replayLog, type SubscribeToGrowth, tailLog } from "./log_reading.ts";
import { readRawLines, tailRawLines } from "./raw_lines.ts";
import type { LogName, RawLines, ReadOptions, TailOptions } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import type { StoreHealth } from "./store_health.ts";
import type { OpenStore } from "./store_opening.ts";

interface OpenOptions {
  /** Those of the log as it was when the caller began. */
  readonly marks?: LogMarks;
  readonly from?: LineMark | undefined;
  readonly end_max?: number;
}

/** What the writer itself reads of its logs: up to the last durable byte. */
export class CommittedLogs {
  readonly #store: OpenStore;
  readonly #feed: CommitFeed;
  readonly #health: StoreHealth;
  /** Resolves once nothing is being done to a log as a whole. */
  readonly #freed: (log: LogName) => Promise<void> | undefined;
  readonly #marks = new LineMarks();

  /** Closing the store ends every tail, and fails the reads that it overtakes. */
  constructor(
    store: OpenStore,
    feed: CommitFeed,
    health: StoreHealth,
    freed: (log: LogName) => Promise<void> | undefined,
  ) {
    this.#store = store;
    this.#feed = feed;
    this.#health = health;
    this.#freed = freed;
  }

  async *names(): AsyncGenerator<LogName, void> {
    for await (const { log } of findLogs(this.#store.disk, this.#store.root)) yield log;
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

  async pick(log: LogName, seqs: readonly number[]): Promise<readonly Line[]> {
    const marks = this.#marksOf(log);
    const open: OpenAt = (from, end_max) => this.#open(log, { marks, from, end_max });
    return pickLines({ marks, bytes: this.#entryOf(log).bytes, open }, seqs);
  }

  async *tail(log: LogName, options: TailOptions): AsyncGenerator<Line, void> {
    yield* tailLog(await this.#open(log), this.#growthOf(log), this.#untilClosed(options));
  }

  readRaw(log: LogName, options?: ReadOptions): AsyncGenerator<RawLines, void> {
    return readRawLines(() => this.#open(log), options);
  }

  async *tailRaw(log: LogName, options: TailOptions): AsyncGenerator<RawLines, void> {
    yield* tailRawLines(await this.#open(log), this.#growthOf(log), this.#untilClosed(options));
  }

  #growthOf(log: LogName): SubscribeToGrowth {
    return (wake) => this.#feed.subscribe(log, wake);
  }

  #untilClosed(options: TailOptions): TailOptions {
    return { ...options, signal: AbortSignal.any([options.signal, this.#health.closing]) };
  }

  #marksOf(log: LogName): LogMarks {
    const { archived_at, incarnation } = this.#entryOf(log);
    if (archived_at !== undefined) throw new RecorderError("LOG_ARCHIVED", logKey(log));
    return this.#marks.of(log, incarnation);
  }

  #entryOf(log: LogName): CatalogEntry {
    this.#health.assertOpen();
    const entry = this.#store.recovered.catalog.get(log);
    if (entry === undefined) throw new RecorderError("LOG_NOT_FOUND", logKey(log));
    return entry;
  }

  /**
   * Opens a log up to its last durable line, or up to `end_max` if that comes first; a damaged one up to its damage.
   * It begins at its first byte, or at one of its marks.
   * @throws RecorderError `LOG_NOT_FOUND`, `LOG_ARCHIVED`, `STORE_UNAVAILABLE`; `LOG_TRUNCATED` if the session is known
   *   and its log gone
   */
  async #open(log: LogName, options: OpenOptions = {}): Promise<LogCursor> {
    const { catalog, examiner } = this.#store.recovered;
    const { marks = this.#marksOf(log), from, end_max = Number.POSITIVE_INFINITY } = options;
    const end = (): number => {
      const now = this.#entryOf(log);
      // The open file is no longer the log: it may hold what was erased since.
      if (now.incarnation !== marks.incarnation) {
        throw new RecorderError("STORE_UNAVAILABLE", `${logKey(log)} was replaced while it was read`);
      }
      return Math.min(end_max, examiner.faultOf(log) === undefined ? now.bytes : Number.POSITIVE_INFINITY);
    };
    const file = logFile(log);
    try {
      return await LogCursor.open(this.#store.disk, join(this.#store.root, file), log, end, { from, marks });
    } catch (error) {
      if (!(error instanceof RecorderError) || error.code !== "LOG_NOT_FOUND") throw error;
      // Something may have been done to the log as a whole, and then it was not cut away.
      await this.#freed(log);
      const known = catalog.get(log);
      if (known === undefined) throw error;
      if (known.incarnation === marks.incarnation)
        throw faultError(disagreement(file, 1, 0, knownEnd(known)));
      return this.#open(log, options);
    }
  }
}
