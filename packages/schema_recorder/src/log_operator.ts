import type { CatalogEntry } from "./catalog/catalog_entry.ts";
import type { Claims } from "./claims.ts";
import type { CommitFeed } from "./commit_feed.ts";
import type { CommitQueue } from "./journal/commit_queue.ts";
import type { OperationKind } from "./journal/log_operations.ts";
import { LogHolds } from "./log_holds.ts";
import { logKey } from "./log_paths.ts";
import type { LogTips } from "./log_tips.ts";
import type { LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import type { OpenStore } from "./store_opening.ts";

export interface LogOperatorOptions {
  readonly store: OpenStore;
  readonly queue: CommitQueue;
  readonly tips: LogTips;
  readonly claims: Claims;
  readonly feed: CommitFeed;
}

/** What an operation makes durable in the journal before it is done. */
export interface Operation {
  readonly kind: OperationKind;
  readonly log: LogName;
  /** That of the log as the operation leaves it; of an erasure, that of the log which goes. */
  readonly incarnation: string;
  readonly data?: string;
  /** Called when it is durable and done, before anything else is told of. */
  readonly onDone: () => void;
}

/** Gives what is done to a log as a whole its place between the appends to that log. */
export class LogOperator {
  readonly #options: LogOperatorOptions;
  readonly #holds = new LogHolds();

  constructor(options: LogOperatorOptions) {
    this.#options = options;
  }

  get store(): OpenStore {
    return this.#options.store;
  }

  /** Whether an append must wait for `free`. */
  isHeld(log: LogName): boolean {
    return this.#holds.isHeld(log);
  }

  free(log: LogName): Promise<void> {
    return this.#holds.free(log);
  }

  /**
   * Runs a task on a log as its last append left it, while no other can begin. Appends that come meanwhile are
   * decided on what the task leaves.
   * @throws RecorderError `LOG_NOT_FOUND`, `SEQ_CONFLICT`
   */
  withLog<Result>(
    log: LogName,
    expected_seq: number | undefined,
    task: (entry: CatalogEntry) => Promise<Result>,
  ): Promise<Result> {
    return this.#holds.hold(log, async () => {
      await this.#options.tips.settled(log);
      const entry = this.store.recovered.catalog.get(log);
      if (entry === undefined) throw new RecorderError("LOG_NOT_FOUND", logKey(log));
      const { seq } = entry.state;
      if (expected_seq !== undefined && expected_seq !== seq) {
        throw new RecorderError("SEQ_CONFLICT", `${logKey(log)} is at ${seq}, expected ${expected_seq}`);
      }
      return task(entry);
    });
  }

  /**
   * Asserts that a log stands and was read to its end without a fault, and gives what the catalog then knows of it.
   * @throws RecorderError `LOG_ARCHIVED`, `LOG_CORRUPT`, `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED`, `STORE_FAILED`
   */
  async assertSound({ log, archived_at }: CatalogEntry): Promise<CatalogEntry> {
    const { examiner, catalog } = this.store.recovered;
    if (archived_at !== undefined) throw new RecorderError("LOG_ARCHIVED", logKey(log));
    if (!examiner.isExamined(log)) await examiner.examine(log);
    examiner.assertSound(log);
    return catalog.get(log)!;
  }

  /** Makes an operation durable and carries it out. @throws RecorderError as an append does */
  async commit({ kind, log, incarnation, data = "", onDone }: Operation): Promise<void> {
    const { queue, feed } = this.#options;
    queue.assertRoom();
    await new Promise<void>((resolve, reject) => {
      queue.push({
        kind,
        log,
        incarnation,
        byte_offset: 0,
        data: Buffer.from(data),
        chain: { broken: false },
        onDurable: () => {
          onDone();
          feed.publish(log);
          resolve();
        },
        onRefused: reject,
      });
    });
  }

  /** Frees the claim of a log that is no longer to hold it. */
  release({ claim, log }: CatalogEntry): void {
    if (claim !== undefined) this.#options.claims.release(claim, log);
  }

  /** Lets the journal go as it is by now. Whoever asks meanwhile shares the next checkpoint. */
  checkpoint(): Promise<void> {
    return this.#options.queue.checkpoint();
  }
}
