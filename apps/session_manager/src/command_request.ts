import type { Idempotency } from "@session-ledger/session_contract";
import type { Precondition } from "./precondition.ts";

/** What a request says beside its command. */
export interface CommandRequest {
  /** The name of the key that it came with; absent while callers have no keys. */
  readonly principal?: string | undefined;
  /** The one user whose sessions the caller sees; absent: it sees every user's. */
  readonly only_user?: string | undefined;
  readonly precondition?: Precondition | undefined;
  readonly idempotency?: Idempotency | undefined;
}
