import type { SessionSummary } from "@session-ledger/session_contract";
import type { SessionState } from "./session_state.ts";

/** What stands beside a session's state in the catalog. */
export interface SessionWhereabouts {
  readonly user_id: string;
  readonly session_id: string;
  /** The `recorded_at` of the last line that the state holds. */
  readonly recorded_at: string;
  readonly archived_at?: string;
}

/**
 * A session as clients see it. Its names are the log's, since an erased first line no longer tells them.
 * @throws RangeError for a session without an event: it is not one yet
 */
export function summaryOf(state: SessionState, whereabouts: SessionWhereabouts): SessionSummary {
  const { status } = state;
  if (status === "none") throw new RangeError("a session without an event has no summary");
  return {
    session_id: whereabouts.session_id,
    user_id: whereabouts.user_id,
    kind: state.kind,
    state: status,
    seq: state.seq,
    started_at: state.started_at,
    started_by: state.started_by,
    paused_at: state.paused_at,
    ended_at: state.ended_at,
    ended_by: state.ended_by,
    ended_through: state.ended_through,
    deleted_at: state.deleted_at,
    deleted_by: state.deleted_by,
    archived_at: whereabouts.archived_at ?? null,
    updated_at: whereabouts.recorded_at,
    imported: state.imported,
  };
}
