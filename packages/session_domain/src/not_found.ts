import {
  NOT_FOUND_DETAILS,
  type NotFoundReason,
  type ProblemMembers,
  RESTORE_OPERATION,
} from "@session-ledger/session_contract";
import { SessionRejected } from "./session_rejected.ts";
import type { SessionState } from "./session_state.ts";

/**
 * Asserts that there is a session, and says why not. That it was deleted comes before that it was archived, since
 * a restored one would still be deleted.
 * @throws SessionRejected `SESSION_NOT_FOUND`
 */
export function assertFound({ status, deleted_at }: SessionState, archived_at: string | undefined): void {
  if (status === "none") throw notFound("not_found_never_existed");
  if (status === "deleted") {
    throw notFound("not_found_deleted", deleted_at === null ? {} : { deleted_at });
  }
  assertNotArchived(archived_at);
}

/**
 * Asserts that the lines of a session can be read.
 * @throws SessionRejected `SESSION_NOT_FOUND`
 */
export function assertNotArchived(archived_at: string | undefined): void {
  if (archived_at !== undefined) {
    throw notFound("not_found_archived", { archived_at, restore: RESTORE_OPERATION });
  }
}

/** Says that a session was erased, which leaves it deleted for good. */
export function erasedSession(erased_at: string): SessionRejected {
  return notFound("not_found_deleted", { deleted_at: erased_at });
}

function notFound(reason: NotFoundReason, members: ProblemMembers = {}): SessionRejected {
  return new SessionRejected("SESSION_NOT_FOUND", reason, {
    detail: NOT_FOUND_DETAILS[reason],
    members: { found: false, reason, ...members },
  });
}
