import type { EventToAppend, Line } from "@session-ledger/session_contract";
import type { Claims } from "./claims.ts";
import type { CommitFeed } from "./commit_feed.ts";
import type { CommitQueue } from "./journal/commit_queue.ts";
import { encodeBatch } from "./line_batch.ts";
import { expectedPosition, type LogTips, type Tip } from "./log_tips.ts";
import type { LogWork } from "./log_work.ts";
import type { AppendOptions, LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import type { StoreHealth } from "./store_health.ts";
import type { OpenStore } from "./store_opening.ts";

export interface LogAppenderOptions {
  readonly store: OpenStore;
  readonly queue: CommitQueue;
  readonly tips: LogTips;
  readonly claims: Claims;
  readonly feed: CommitFeed;
  readonly health: StoreHealth;
  readonly work: LogWork;
}

/** Decides appends, in memory, on what is queued and what is durable; the commit queue makes them durable. */
export class LogAppender {
  readonly #options: LogAppenderOptions;

  constructor(options: LogAppenderOptions) {
    this.#options = options;
  }

  /**
   * Appends to a log once it is known to be sound and nothing is being done to it as a whole. Most often that is so
   * already, and then the append is queued within the caller's turn.
   */
  append(log: LogName, events: readonly EventToAppend[], options: AppendOptions): Promise<readonly Line[]> {
    if (this.#isUnexamined(log, options) || this.#options.work.isHeld(log))
      return this.#appendOnceReady(log, events, options);
    return this.#enqueue(log, events, options);
  }

  /** A new log has nothing to examine, and neither has one with an append under way. */
  #isUnexamined(log: LogName, { expected_seq }: AppendOptions): boolean {
    const { store, tips } = this.#options;
    return expected_seq > 0 && !tips.has(log) && !store.recovered.examiner.isExamined(log);
  }

  async #appendOnceReady(
    log: LogName,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<readonly Line[]> {
    const { store, health, work } = this.#options;
    if (this.#isUnexamined(log, options)) {
      await store.recovered.examiner.examineStanding(log).catch((error) => health.refuse(error));
      health.assertWritable();
    }
    while (work.isHeld(log)) {
      await work.free(log);
      health.assertWritable();
    }
    return this.#enqueue(log, events, options);
  }

  /** Decides the append on what is already queued, and queues it: all in one turn, so appends keep their order. */
  #enqueue(log: LogName, events: readonly EventToAppend[], options: AppendOptions): Promise<readonly Line[]> {
    const { store, queue, tips, claims } = this.#options;
    const { catalog, examiner } = store.recovered;
    queue.assertRoom();
    examiner.assertSound(log);
    const tip = tips.of(log);
    const { incarnation, bytes } = tip.entry;
    const before = expectedPosition(tip, options);
    if (before === undefined && catalog.conflictsInCase(log)) throw new RecorderError("ID_CASE_CONFLICT");
    const batch = encodeBatch(log, events, before, store.clock());
    if (options.claim !== undefined) claims.reserve(options.claim, log);
    const { chain } = tip;
    const next = tips.advance(tip, batch.lines, batch.bytes.length, options);
    return new Promise((resolve, reject) => {
      queue.push({
        kind: "append",
        log,
        incarnation,
        byte_offset: bytes,
        data: batch.bytes,
        chain,
        onDurable: () => {
          this.#commit(next, batch.lines, options);
          resolve(batch.lines);
        },
        onRefused: (error) => {
          tips.abandon(log, chain);
          if (options.claim !== undefined) claims.cancel(options.claim);
          reject(error);
        },
      });
    });
  }

  /** The append that ends at `tip` is durable: catalog and claims move on, and who waits for the log is told. */
  #commit(tip: Tip, lines: readonly Line[], { claim, release, expected_seq }: AppendOptions): void {
    const { store, tips, claims, feed } = this.#options;
    const { catalog, examiner } = store.recovered;
    const { log } = tip.entry;
    if (release !== undefined) claims.release(release, log);
    if (claim !== undefined) claims.hold(claim, log);
    catalog.set(tip.entry);
    for (const line of lines) catalog.idempotency_keys.note(line, tip.entry);
    if (expected_seq === 0) examiner.note(log);
    tips.settle(tip);
    feed.publish(log);
  }
}
