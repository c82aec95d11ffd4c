import type { Idempotency } from "@session-ledger/session_contract";

/** Whether a session, at the `seq` where it stands, is the one that the client means. */
export type Precondition = (seq: number) => boolean;

/** What a request says beside its command. */
export interface CommandRequest {
  /** The name of the key that it came with; absent while callers have no keys. */
  readonly principal?: string | undefined;
  readonly precondition?: Precondition | undefined;
  readonly idempotency?: Idempotency | undefined;
}

/** A page by its number, from 1. */
export interface PageRequest {
  readonly page: number;
  readonly page_size: number;
}

/** Where a page of messages begins: by its number, or behind a message. */
export interface MessagePageRequest extends PageRequest {
  readonly order: "asc" | "desc";
  /** The last message of the page before; absent: the page is the one of its number. */
  readonly behind?: number | undefined;
}
