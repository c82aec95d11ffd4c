import type { EventToAppend, StartedKind } from "@session-ledger/session_contract";
import type { SessionState } from "./session_state.ts";

/** What a command is decided on. */
export interface DecisionState {
  /** The session that the command names; for a start, the initial state. */
  readonly session: SessionState;
  /** When the session was archived; absent if it was not. */
  readonly archived_at?: string | undefined;
  /** Whether the command's user has a session that is active or paused. */
  readonly user_has_active: boolean;
  /** Whether the message's `record_id` already stands in the session's log. */
  readonly record_id_used: boolean;
}

/**
 * Where fresh values come from. The decider draws one only once it has accepted the command, so a rejected
 * command leaves nothing generated.
 */
export interface Stamp {
  /** An id for a session of this kind that starts at `timestamp`. */
  readonly session_id: (kind: StartedKind, timestamp: string) => string;
  readonly record_id: () => string;
  /** The present time, as the server writes it. */
  readonly timestamp: () => string;
}

/** The events that an accepted command causes, and the claim that is taken or freed with them. */
export interface Decision {
  readonly events: readonly EventToAppend[];
  readonly claim?: string;
  readonly release?: string;
}
