import { type AuditEntry, type RecordedEvent, SYSTEM_PERFORMER_ID } from "@session-ledger/session_contract";
import { evolve, type SessionState } from "./session_state.ts";

/**
 * The transition that a line of the session's log brought, undefined if it brought none. What the log does not say
 * is null: of content that was erased only the line's own keys are left.
 */
export function transitionOf(
  session_id: string,
  before: SessionState,
  line: RecordedEvent,
): AuditEntry | undefined {
  const { status } = evolve(before, line);
  if (status === before.status || status === "none") return undefined;
  const { cause, imported, event } = line;
  const trigger = cause?.trigger ?? (imported === undefined ? null : "import");
  return {
    session_id,
    timestamp: line.recorded_at,
    old_state: before.status === "none" ? null : before.status,
    new_state: status,
    trigger,
    actor:
      text(event["performer_id"]) ??
      cause?.principal ??
      (trigger === "system_timeout" ? SYSTEM_PERFORMER_ID : null),
    reason: cause?.reason ?? text(event["reason"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
