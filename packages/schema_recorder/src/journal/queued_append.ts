import type { LogName } from "../recorder.ts";
import type { RecorderError } from "../recorder_error.ts";
import type { EntryKind } from "./frame.ts";

/**
 * Appends to one log that were each decided on the one before: when one is refused, so are those after it. An append
 * therefore waits until the batch that holds one before it is settled, or goes in the same.
 */
export interface Chain {
  broken: boolean;
  /** The batch under way that holds appends of the chain. */
  batch?: object | undefined;
}

/** An append on its way to the disk, or what is to be done to a log as a whole. */
export interface QueuedAppend {
  readonly kind: EntryKind;
  readonly log: LogName;
  readonly incarnation: string;
  readonly byte_offset: number;
  readonly data: Buffer;
  readonly chain: Chain;
  /** Called when the append is durable and stands in its log, before the next one is told of. */
  readonly onDurable: () => void;
  /** Called when nothing of it was recorded, or nobody can know. */
  readonly onRefused: (error: RecorderError) => void;
}
