import { decodeCursor, encodeCursor } from "@session-ledger/http_api";
import type { ListPosition, SessionQuery } from "@session-ledger/schema_recorder";
import { SessionIdSchema, UserIdSchema } from "@session-ledger/session_contract";
import { z } from "zod";

/** The place of the last session that was given. */
const PlaceSchema = z.tuple([z.int(), UserIdSchema, SessionIdSchema]);

/** What a list holds, wherever its page begins and however long it is. */
type ListedBy = Omit<SessionQuery, "after" | "skip" | "limit">;

/** The cursor that goes on after `position`, opaque to clients. */
export function encodeListCursor(query: ListedBy, { started_ms, user_id, session_id }: ListPosition): string {
  return encodeCursor(filtersOf(query), [started_ms, user_id, session_id]);
}

/**
 * The place that a cursor of this list names.
 * @throws InputInvalid for what is no cursor, or one of a list of other filters
 */
export function decodeListCursor(query: ListedBy, text: string): ListPosition {
  const [started_ms, user_id, session_id] = decodeCursor(filtersOf(query), PlaceSchema, text);
  return { started_ms, user_id, session_id };
}

function filtersOf({ kinds, states, user_id, started_after_ms, started_before_ms }: ListedBy): unknown {
  return [kinds, states, user_id ?? null, started_after_ms ?? null, started_before_ms ?? null];
}
