import {
  assertExactJson,
  BATCH_LINES_MAX,
  type EventToAppend,
  isEventType,
  isOwner,
  isSessionId,
} from "@session-ledger/session_contract";
import { assertNoRawMedia } from "./raw_media.ts";
import type { LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

/** The types whose event is an A3CPMessage: the rule on raw media is theirs alone. */
const A3CP_MESSAGE_TYPES = new Set(["message.appended", "message.appended_late"]);

/**
 * Asserts that a recorder of any store may take these events, whatever the log's state.
 * @throws RecorderError `REQUEST_INVALID` (a log's name or an event's type), `BATCH_TOO_LARGE`, `RAW_MEDIA_REFUSED`
 * @throws JsonRefused `JSON_*`
 */
export function assertAdmissible(log: LogName, events: readonly EventToAppend[]): void {
  assertLogName(log);
  if (events.length === 0) throw new RecorderError("REQUEST_INVALID", "an append needs an event");
  if (events.length > BATCH_LINES_MAX) {
    throw new RecorderError("BATCH_TOO_LARGE", `${events.length} events, at most ${BATCH_LINES_MAX}`);
  }
  for (const { type, event } of events) {
    if (!isEventType(type)) {
      throw new RecorderError("REQUEST_INVALID", "an event's type is past tense and dotted");
    }
    assertExactJson(event);
    if (Object.hasOwn(event, "$erased") && Object.keys(event).length === 1) {
      throw new RecorderError(
        "REQUEST_INVALID",
        "an event that is only $erased would pass for erased content",
      );
    }
    if (A3CP_MESSAGE_TYPES.has(type)) assertNoRawMedia(event);
  }
}

/**
 * Asserts that a log's name is made of valid ids, so that it is safe to make a path of it.
 * @throws RecorderError `REQUEST_INVALID`
 */
export function assertLogName({ user_id, session_id }: LogName): void {
  if (!isOwner(user_id)) throw new RecorderError("REQUEST_INVALID", "the user_id is malformed");
  if (!isSessionId(session_id)) throw new RecorderError("REQUEST_INVALID", "the session_id is malformed");
}
