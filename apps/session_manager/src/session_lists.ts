import type { Recorder, SessionEntry, SessionQuery } from "@session-ledger/schema_recorder";
import type {
  LifecycleState,
  SessionPage,
  SessionSummary,
  StartedKind,
} from "@session-ledger/session_contract";
import { summaryOf } from "@session-ledger/session_domain";
import { decodeListCursor, encodeListCursor } from "./list_cursor.ts";

/** The states of sessions that are listed, and those that are listed only if they are asked for. */
const LISTED_STATES = ["active", "paused", "stopped"] as const;
const DELETED_STATES = ["deleted"] as const;

const KINDS: readonly StartedKind[] = ["interaction", "execution"];

/** What a client asks of a list. Times are milliseconds since the epoch. */
export interface ListRequest {
  readonly user_id?: string | undefined;
  readonly state?: LifecycleState | undefined;
  readonly kind?: StartedKind | undefined;
  readonly include_deleted: boolean;
  readonly started_after_ms?: number | undefined;
  readonly started_before_ms?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Lists the sessions of this face, the newest first. */
export class SessionLists {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** @throws InputInvalid for a cursor that is not of this list */
  async page({ limit, cursor, ...filters }: ListRequest): Promise<SessionPage> {
    const listed_by = toQuery(filters);
    const after = cursor === undefined ? {} : { after: decodeListCursor(listed_by, cursor) };
    const { entries, next } = await this.#recorder.list({ ...listed_by, ...after, limit });
    return {
      sessions: entries.map(toSummary),
      next_cursor: next === undefined ? null : encodeListCursor(listed_by, next),
    };
  }
}

function toQuery(
  filters: Omit<ListRequest, "limit" | "cursor">,
): Omit<SessionQuery, "after" | "skip" | "limit"> {
  const { user_id, state, kind, include_deleted, started_after_ms, started_before_ms } = filters;
  const states = [...LISTED_STATES, ...(include_deleted ? DELETED_STATES : [])];
  return {
    kinds: KINDS.filter((each) => kind === undefined || each === kind),
    states: states.filter((each) => state === undefined || each === state),
    ...(user_id !== undefined && { user_id }),
    ...(started_after_ms !== undefined && { started_after_ms }),
    ...(started_before_ms !== undefined && { started_before_ms }),
  };
}

function toSummary({ log, state, recorded_at, archived_at }: SessionEntry): SessionSummary {
  return summaryOf(state, { ...log, recorded_at, ...(archived_at !== undefined && { archived_at }) });
}
