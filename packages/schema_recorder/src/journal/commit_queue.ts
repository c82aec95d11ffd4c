// Group commit. Appends that arrive while a batch is on its way to the disk wait and go together in the next one,
// so one sync serves as many appends as there are to serve. Between two batches, and only there, a full segment is
// sealed and its checkpoint begins, beside the batches that follow.
import type { LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { CommitResult } from "./commit_engine.ts";
import type { Committer } from "./committer.ts";
import { encodePayload } from "./frame.ts";

/** How many appends may wait; further ones are refused, so that memory stays flat under any load. */
export const QUEUE_APPENDS_MAX = 10_000;
/** How many bytes may wait. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/** How many bytes of appends one batch takes, unless a single append has more. */
const BATCH_BYTES_TARGET = 4 * 1024 * 1024;
const BATCH_APPENDS_MAX = 1_024;

/** Appends to one log that were each decided on the one before: when one is refused, so are those after it. */
export interface Chain {
  broken: boolean;
}

/** An append on its way to the disk. */
export interface QueuedAppend {
  readonly log: LogName;
  readonly incarnation: string;
  readonly byte_offset: number;
  readonly data: Buffer;
  readonly chain: Chain;
  /** Called when the append is durable, before the next one is told of. */
  readonly onDurable: () => void;
}

export interface CommitQueueOptions {
  readonly committer: Committer;
  readonly checkpoint_bytes: number;
  /** Carries a checkpoint out, once the segment before batch `next_batch` is sealed. */
  readonly checkpoint: (next_batch: number) => Promise<void>;
  /** Called once, when nothing more can be committed. */
  readonly onFailed: (error: RecorderError) => void;
}

interface Waiting extends QueuedAppend {
  readonly resolve: () => void;
  readonly reject: (error: RecorderError) => void;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #waiting: Waiting[] = [];
  #waiting_bytes = 0;
  #working: Promise<void> | undefined;
  #failure: RecorderError | undefined;
  #last_batch: number;
  #checkpoint_due = false;
  #checkpointing: Promise<void> | undefined;

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
   * Resolves when the append is durable and stands in its log.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED`, `SEQ_CONFLICT`, `STORE_FULL`, `STORE_UNAVAILABLE`,
   *   `STORE_FAILED`
   */
  push(append: QueuedAppend): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...append, resolve, reject });
      this.#waiting_bytes += append.data.length;
      this.#work();
    });
  }

  /** Asks for a checkpoint, whatever the segment's size. */
  requestCheckpoint(): void {
    this.#checkpoint_due = true;
    this.#work();
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
    // Requests that came in the same turn of the event loop join the batch.
    await new Promise(setImmediate);
    try {
      while (this.#waiting.length > 0 || this.#checkpoint_due) {
        if (this.#checkpoint_due) await this.#beginCheckpoint();
        const batch = this.#takeBatch();
        if (batch.length === 0) continue;
        const result = await this.#options.committer.commit(encodePayload(batch)).catch((error: unknown) => {
          for (const { reject } of batch) reject(asFailure(error));
          throw error;
        });
        this.#settle(batch, result);
      }
    } catch (error) {
      this.#fail(asFailure(error));
    } finally {
      // In the same turn as the last look at what waits, so that no append is left without a worker.
      this.#working = undefined;
    }
  }

  /** The next appends, in order. Those whose chain broke meanwhile are refused here. */
  #takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    let taken = 0;
    for (const append of this.#waiting) {
      if (
        batch.length >= BATCH_APPENDS_MAX ||
        (batch.length > 0 && bytes + append.data.length > BATCH_BYTES_TARGET)
      )
        break;
      taken += 1;
      this.#waiting_bytes -= append.data.length;
      if (append.chain.broken) append.reject(conflict());
      else {
        batch.push(append);
        bytes += append.data.length;
      }
    }
    this.#waiting = this.#waiting.slice(taken);
    return batch;
  }

  #settle(batch: readonly Waiting[], result: CommitResult): void {
    if (result.full) {
      for (const append of batch) {
        append.chain.broken = true;
        append.reject(new RecorderError("STORE_FULL", `${result.free_bytes} bytes are free`));
      }
      return;
    }
    this.#last_batch = result.batch;
    const refusals = new Map(result.refusals.map((refusal) => [refusal.at, refusal]));
    for (const [at, append] of batch.entries()) {
      const refusal = refusals.get(at);
      if (refusal === undefined) {
        append.onDurable();
        append.resolve();
      } else {
        append.reject(append.chain.broken ? conflict() : new RecorderError(refusal.code, refusal.message));
        append.chain.broken = true;
      }
    }
    if (result.segment_bytes >= this.#options.checkpoint_bytes) this.#checkpoint_due = true;
  }

  async #beginCheckpoint(): Promise<void> {
    this.#checkpoint_due = false;
    // A segment that fills up before the one before it is done grows until it can be sealed.
    if (this.#checkpointing !== undefined || !(await this.#options.committer.seal())) return;
    this.#checkpointing = this.#options
      .checkpoint(this.#last_batch + 1)
      .catch((error: unknown) => this.#fail(asFailure(error)))
      .finally(() => {
        this.#checkpointing = undefined;
      });
  }

  #fail(error: RecorderError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
    this.#options.onFailed(error);
  }
}

function conflict(): RecorderError {
  return new RecorderError("SEQ_CONFLICT", "the append before it was refused");
}

function asFailure(error: unknown): RecorderError {
  return error instanceof RecorderError && error.code === "STORE_FAILED"
    ? error
    : new RecorderError("STORE_FAILED", "the store failed", { cause: error });
}
