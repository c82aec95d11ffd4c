import { isDeepStrictEqual } from "node:util";
import type { LedgerReader, SessionEntry } from "@session-ledger/schema_recorder";
import { ErasedEventSchema, type EventToAppend, type Line } from "@session-ledger/session_contract";

/**
 * Whether the ledger's session of a row's ids came from such a row. What happened to it since plays no part: an
 * imported session that was open goes on in the ledger, and the table does not know of it.
 * @throws RecorderError as `read` does
 */
export async function isImportOf(
  reader: LedgerReader,
  { log, state, archived_at }: SessionEntry,
  events: readonly EventToAppend[],
): Promise<boolean> {
  // An archived log is packed away; the catalog still says when the session began.
  if (archived_at !== undefined) return state.started_at === events[0]!.event["start_time"];
  let imported = 0;
  // One line more than the row has, to see whether another import put more there.
  for await (const line of reader.read(log, { until_seq: events.length + 1 })) {
    if (line.cause?.trigger !== "import") break;
    const event = events[imported];
    if (event === undefined || !isSame(line, event)) return false;
    imported += 1;
  }
  return imported === events.length;
}

/** A `record_id` is drawn anew each time, and an erased event is gone for good; the rest tells which it was. */
function isSame(line: Line, { type, kind, event }: EventToAppend): boolean {
  if (line.type !== type || line.kind !== kind || line.imported !== undefined) return false;
  if (ErasedEventSchema.safeParse(line.event).success) return true;
  return isDeepStrictEqual({ ...line.event, record_id: event["record_id"] }, event);
}
