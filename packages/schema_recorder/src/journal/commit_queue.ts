// Group commit. Appends that arrive while batches are on their way to the disk wait and go together in the next one,
// so one sync serves as many appends as there are to serve. If there are many, a second batch follows the first at
// once, so that neither thread waits for the other; batches are carried out and told of in their order. While none is
// under way, and only then, a full segment is sealed and its checkpoint begins, beside the batches that follow.
import { RecorderError } from "../recorder_error.ts";
import type { CommitResult } from "./commit_engine.ts";
import type { Committer } from "./committer.ts";
import { encodePayload } from "./frame.ts";
import type { QueuedAppend } from "./queued_append.ts";

/** How many appends may wait; further ones are refused, so that memory stays flat under any load. */
export const QUEUE_APPENDS_MAX = 10_000;
/** How many bytes may wait. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/** How many bytes of appends one batch takes, unless a single append has more. */
const BATCH_BYTES_TARGET = 4 * 1024 * 1024;
const BATCH_APPENDS_MAX = 1_024;
/** One batch on the disk, and one that follows it. */
const BATCHES_UNDER_WAY_MAX = 2;
/**
 * So many appends are worth what a batch costs: they wait for no more, and follow a batch that is under way. With fewer,
 * sharing a sync is worth more than the overlap.
 */
const ENOUGH_APPENDS = 32;

export interface CommitQueueOptions {
  readonly committer: Committer;
  readonly checkpoint_bytes: number;
  /** Carries a checkpoint out, once the segment before batch `next_batch` is sealed. */
  readonly checkpoint: (next_batch: number) => Promise<void>;
  /** Called once, when nothing more can be committed. */
  readonly onFailed: (error: RecorderError) => void;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #waiting: QueuedAppend[] = [];
  #waiting_bytes = 0;
  #working: Promise<void> | undefined;
  #batches_under_way = 0;
  /** Resolves when it is worth looking again at what may be sent. */
  #news = Promise.withResolvers<void>();
  /** Resolves when no more appends need be gathered. */
  #enough = Promise.withResolvers<void>();
  #failure: RecorderError | undefined;
  #last_batch: number;
  #checkpoint_due = false;
  #checkpointing: Promise<void> | undefined;
  /** Settled with the next checkpoint that begins. */
  #awaited_checkpoint: PromiseWithResolvers<void> | undefined;

  constructor(options: CommitQueueOptions, next_batch: number) {
    this.#options = options;
    this.#last_batch = next_batch - 1;
  }

  /** @throws RecorderError `STORE_OVERLOADED`, `STORE_FAILED` */
  assertRoom(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting.length >= QUEUE_APPENDS_MAX || this.#waiting_bytes >= QUEUE_BYTES_MAX) {
      throw new RecorderError("STORE_OVERLOADED");
    }
  }

  /**
   * Takes an append, which is refused with `LOG_CORRUPT`, `LOG_TRUNCATED`, `SEQ_CONFLICT`, `STORE_FULL`,
   * `STORE_UNAVAILABLE` or `STORE_FAILED`.
   */
  push(append: QueuedAppend): void {
    this.#waiting.push(append);
    this.#waiting_bytes += append.data.length;
    if (this.#working === undefined) this.#work();
    else if (this.#appendsDue() > 0) this.#news.resolve();
    if (this.#hasEnough()) this.#enough.resolve();
  }

  /** Asks for a checkpoint, whatever the segment's size. */
  requestCheckpoint(): void {
    this.#checkpoint_due = true;
    this.#work();
  }

  /**
   * Carries out a checkpoint that begins from now on, and resolves when it is done: then no segment holds anything
   * that was committed before. All who ask while one is under way share the next.
   * @throws RecorderError `STORE_FAILED`
   */
  checkpoint(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#awaited_checkpoint ??= Promise.withResolvers();
    this.requestCheckpoint();
    return this.#awaited_checkpoint.promise;
  }

  /** Resolves when nothing is on its way and no checkpoint is under way. */
  async idle(): Promise<void> {
    while (this.#working !== undefined || this.#checkpointing !== undefined) {
      await this.#working;
      await this.#checkpointing;
    }
  }

  #work(): void {
    if (this.#working !== undefined || this.#failure !== undefined) return;
    this.#working = this.#commitAll();
  }

  async #commitAll(): Promise<void> {
    try {
      while (this.#hasWork()) {
        await this.#gather();
        this.#news = Promise.withResolvers();
        if (this.#checkpoint_due && this.#batches_under_way === 0) await this.#beginCheckpoint();
        for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch())
          void this.#send(batch);
        if (this.#batches_under_way > 0) await this.#news.promise;
      }
    } catch (error) {
      this.#fail(asFailure(error));
    } finally {
      // In the same turn as the last look at what waits, so that no append is left without a worker.
      this.#working = undefined;
    }
  }

  /**
   * Waits while each turn of the event loop brings more appends, until they are enough for a batch: where there is
   * little to do that is one turn; under load the appends share what a batch costs, a sync and waking two threads. What
   * one event brings goes together, such as the appends that follow on the answers to a batch.
   */
  async #gather(): Promise<void> {
    await endOfEvent();
    for (let waiting = -1; waiting < this.#waiting.length && !this.#hasEnough(); ) {
      waiting = this.#waiting.length;
      this.#enough = Promise.withResolvers();
      await Promise.race([this.#enough.promise.then(endOfEvent), new Promise(setImmediate)]);
    }
  }

  #hasEnough(): boolean {
    return this.#waiting.length >= ENOUGH_APPENDS;
  }

  #hasWork(): boolean {
    if (this.#batches_under_way > 0) return true;
    return this.#failure === undefined && (this.#waiting.length > 0 || this.#checkpoint_due);
  }

  /** Never rejects: a batch that cannot be committed is the store's failure. */
  async #send(batch: readonly QueuedAppend[]): Promise<void> {
    this.#batches_under_way += 1;
    try {
      const result = await this.#options.committer.commit(encodePayload(batch));
      if (this.#failure !== undefined) throw this.#failure;
      this.#settle(batch, result);
    } catch (error) {
      const failure = asFailure(error);
      for (const append of batch) append.onRefused(failure);
      this.#fail(failure);
    }
    this.#batches_under_way -= 1;
    this.#news.resolve();
  }

  /** How many appends the next batch takes: all that wait, or half of them if a second batch can take the rest. */
  #appendsDue(): number {
    if (this.#checkpoint_due || this.#failure !== undefined) return 0;
    const waiting = this.#waiting.length;
    if (this.#batches_under_way === 0) {
      const shared = waiting < 2 * ENOUGH_APPENDS ? waiting : Math.ceil(waiting / 2);
      return Math.min(shared, BATCH_APPENDS_MAX);
    }
    if (this.#batches_under_way === BATCHES_UNDER_WAY_MAX || waiting < ENOUGH_APPENDS) return 0;
    return Math.min(waiting, BATCH_APPENDS_MAX);
  }

  /** The next appends, in order. Those whose chain broke meanwhile are refused here. */
  #takeBatch(): QueuedAppend[] {
    const appends_due = this.#appendsDue();
    if (appends_due === 0) return [];
    const batch: QueuedAppend[] = [];
    let bytes = 0;
    let taken = 0;
    for (const append of this.#waiting) {
      const { chain } = append;
      if (
        batch.length >= appends_due ||
        (batch.length > 0 && bytes + append.data.length > BATCH_BYTES_TARGET) ||
        (chain.batch !== undefined && chain.batch !== batch)
      )
        break;
      taken += 1;
      this.#waiting_bytes -= append.data.length;
      if (chain.broken) append.onRefused(conflict());
      else {
        chain.batch = batch;
        batch.push(append);
        bytes += append.data.length;
      }
    }
    this.#waiting = this.#waiting.slice(taken);
    return batch;
  }

  #settle(batch: readonly QueuedAppend[], result: CommitResult): void {
    for (const { chain } of batch) chain.batch = undefined;
    if (result.full) {
      for (const append of batch) {
        append.chain.broken = true;
        append.onRefused(new RecorderError("STORE_FULL", `${result.free_bytes} bytes are free`));
      }
      return;
    }
    this.#last_batch = result.batch;
    const refusals = new Map(result.refusals.map((refusal) => [refusal.at, refusal]));
    for (const [at, append] of batch.entries()) {
      const refusal = refusals.get(at);
      if (refusal === undefined) {
        append.onDurable();
      } else {
        append.onRefused(append.chain.broken ? conflict() : new RecorderError(refusal.code, refusal.message));
        append.chain.broken = true;
      }
    }
    if (result.segment_bytes >= this.#options.checkpoint_bytes && this.#checkpointing === undefined) {
      this.#checkpoint_due = true;
    }
  }

  async #beginCheckpoint(): Promise<void> {
    this.#checkpoint_due = false;
    // A segment that fills up before the one before it is done grows until it can be sealed.
    if (this.#checkpointing !== undefined) return;
    const awaited = this.#awaited_checkpoint;
    this.#awaited_checkpoint = undefined;
    try {
      if (!(await this.#options.committer.seal())) {
        awaited?.resolve();
        return;
      }
    } catch (error) {
      awaited?.reject(asFailure(error));
      throw error;
    }
    this.#checkpointing = this.#checkpoint(awaited);
  }

  async #checkpoint(awaited: PromiseWithResolvers<void> | undefined): Promise<void> {
    try {
      await this.#options.checkpoint(this.#last_batch + 1);
      awaited?.resolve();
    } catch (error) {
      const failure = asFailure(error);
      awaited?.reject(failure);
      this.#fail(failure);
    }
    this.#checkpointing = undefined;
    if (this.#awaited_checkpoint !== undefined) this.requestCheckpoint();
  }

  #fail(error: RecorderError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const append of this.#waiting) append.onRefused(error);
    this.#waiting = [];
    this.#awaited_checkpoint?.reject(error);
    this.#options.onFailed(error);
  }
}

/** Resolves when what the present event set off is done, before the next one. */
function endOfEvent(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function conflict(): RecorderError {
  return new RecorderError("SEQ_CONFLICT", "the append before it was refused");
}

function asFailure(error: unknown): RecorderError {
  return error instanceof RecorderError && error.code === "STORE_FAILED"
    ? error
    : new RecorderError("STORE_FAILED", "the store failed", { cause: error });
}
