import type { ListPosition, SessionEntry, SessionPage, SessionQuery } from "./recorder.ts";

/** What a session's place in lists depends on. */
export interface Placed extends Pick<SessionEntry, "log"> {
  readonly state: Pick<SessionEntry["state"], "started_at">;
}

/** The place of a session. One whose start cannot be read as a time stands with the oldest. */
export function positionOf({ log, state }: Placed): ListPosition {
  const started_ms = state.started_at === null ? Number.NaN : Date.parse(state.started_at);
  const { user_id, session_id } = log;
  return { started_ms: Number.isNaN(started_ms) ? 0 : started_ms, user_id, session_id };
}

/** Negative if `a` stands before `b`. */
export function comparePositions(a: ListPosition, b: ListPosition): number {
  return (
    b.started_ms - a.started_ms ||
    compareDown(a.user_id, b.user_id) ||
    compareDown(a.session_id, b.session_id)
  );
}

/** Whether a session is in the list, wherever the page begins. */
export function isListed(
  query: SessionQuery,
  { log, state }: Pick<SessionEntry, "log" | "state">,
  { started_ms }: ListPosition,
): boolean {
  const { kinds, states, user_id, started_after_ms, started_before_ms } = query;
  return (
    state.status !== "none" &&
    states.includes(state.status) &&
    kinds.includes(state.kind) &&
    (user_id === undefined || log.user_id === user_id) &&
    (started_after_ms === undefined || started_ms > started_after_ms) &&
    (started_before_ms === undefined || started_ms < started_before_ms)
  );
}

/**
 * The place after which a page begins: that of the page before, or the one before every session that started in
 * time. No name is empty, so the empty ones stand behind all others of their millisecond.
 */
export function beginningOf({ after, started_before_ms }: SessionQuery): ListPosition {
  const earliest = { started_ms: started_before_ms ?? Number.MAX_SAFE_INTEGER, user_id: "", session_id: "" };
  return after !== undefined && comparePositions(after, earliest) > 0 ? after : earliest;
}

/** The page that begins the list `listed`, which holds what the query asks for, in its order. */
export function pageOf<Entry extends SessionEntry>(
  listed: Iterable<Entry>,
  limit: number,
): SessionPage<Entry> {
  const entries: Entry[] = [];
  for (const entry of listed) {
    if (entries.length === limit) return { entries, next: positionOf(entries.at(-1)!) };
    entries.push(entry);
  }
  return { entries };
}

function compareDown(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
