import type { Cause, RecordedEvent, SessionKind } from "@session-ledger/session_contract";

/** Where a session is in its life. `none` is the state before its first event. */
export type SessionStatus = "none" | "active" | "paused" | "stopped" | "deleted";

/** What a session's log says of it: the fold of its events. */
export interface SessionState {
  readonly status: SessionStatus;
  readonly kind: SessionKind;
  /** The last event's `seq`, which is also how many events there are. */
  readonly seq: number;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly started_at: string | null;
  readonly started_by: string | null;
  /** Since when the session is paused; null unless it is. */
  readonly paused_at: string | null;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
  readonly ended_through: Cause["trigger"] | null;
  readonly deleted_at: string | null;
  readonly deleted_by: string | null;
  /** Whether the log was imported. An imported session never was active here. */
  readonly imported: boolean;
}

export const INITIAL_STATE: SessionState = {
  status: "none",
  kind: "interaction",
  seq: 0,
  user_id: null,
  session_id: null,
  started_at: null,
  started_by: null,
  paused_at: null,
  ended_at: null,
  ended_by: null,
  ended_through: null,
  deleted_at: null,
  deleted_by: null,
  imported: false,
};

/**
 * The state after one more event. Total: an event of an unknown type, or out of place, moves `seq` and nothing
 * else, and it never throws.
 */
export function evolve(state: SessionState, line: RecordedEvent): SessionState {
  const next = { ...state, seq: line.seq };
  switch (line.type) {
    case "session.started":
      return state.status === "none" ? started(next, line) : next;
    case "session.ended":
      return isOpen(state) ? ended(next, line) : next;
    case "session.paused":
      return state.status === "active" ? paused(next, line) : next;
    case "session.resumed":
      return state.status === "paused" ? { ...next, status: "active", paused_at: null } : next;
    case "session.deleted":
      return state.status === "stopped" ? deleted(next, line) : next;
    default:
      return next;
  }
}

/** The state after all of `lines`, which follow `state` in order. */
export function fold(lines: Iterable<RecordedEvent>, state: SessionState = INITIAL_STATE): SessionState {
  let folded = state;
  for (const line of lines) folded = evolve(folded, line);
  return folded;
}

/** Whether the session is active or paused, and so is its user's one session. */
export function isOpen(state: SessionState): boolean {
  return state.status === "active" || state.status === "paused";
}

/**
 * The claim that a session holds, which says "one active session per user" across logs. Interaction and execution
 * sessions count together; an imported session, whose end is on its way in the same import, holds none.
 */
export function claimOf(state: SessionState): string | undefined {
  const counts = state.kind === "interaction" || state.kind === "execution";
  return counts && isOpen(state) && !state.imported && state.user_id !== null
    ? activeClaim(state.user_id)
    : undefined;
}

/** The name of the claim that a user's one active session holds. */
export function activeClaim(user_id: string): string {
  return `active:${user_id}`;
}

function started(state: SessionState, line: RecordedEvent): SessionState {
  return {
    ...state,
    status: "active",
    kind: line.kind ?? "interaction",
    user_id: text(line.event["user_id"]),
    session_id: text(line.event["session_id"]),
    started_at: text(line.event["start_time"]) ?? line.recorded_at,
    started_by: text(line.event["performer_id"]),
    imported: line.imported !== undefined,
  };
}

function paused(state: SessionState, line: RecordedEvent): SessionState {
  return { ...state, status: "paused", paused_at: text(line.event["pause_time"]) ?? line.recorded_at };
}

function ended(state: SessionState, line: RecordedEvent): SessionState {
  return {
    ...state,
    status: "stopped",
    paused_at: null,
    ended_at: text(line.event["end_time"]) ?? line.recorded_at,
    ended_by: text(line.event["performer_id"]),
    ended_through: line.cause?.trigger ?? null,
  };
}

function deleted(state: SessionState, line: RecordedEvent): SessionState {
  return {
    ...state,
    status: "deleted",
    deleted_at: text(line.event["delete_time"]) ?? line.recorded_at,
    deleted_by: text(line.event["performer_id"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
