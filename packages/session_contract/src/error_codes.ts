import { LOG_ERROR_CODES } from "./log_error_codes.ts";

/**
 * The one catalogue of error codes. A code is stable once released: clients branch on it. Its HTTP status stands
 * in `http_api`, which does not compile until a new code has one, and `docs/errors.md` is generated from both.
 */
export const ERROR_CODES = {
  REQUEST_INVALID: {
    title: "The request is not valid",
    meaning: "The body, the query or an id under `/session_manager` does not have the required form.",
    action: "Correct what `errors[]` names and send it again.",
  },
  CONTENT_INVALID: {
    title: "The content is not valid",
    meaning: "The body, the query or an id of any other face does not have the required form.",
    action: "Correct what `errors[]` names and send it again.",
  },
  BODY_TOO_LARGE: {
    title: "The body is too large",
    meaning: "The request body is over the limit of the face.",
    action: "Send less, or store large content elsewhere and record a reference to it.",
  },
  HEADERS_TOO_LARGE: {
    title: "The header fields are too large",
    meaning: "The request's line and its header fields together are over their limit.",
    action: "Send fewer or shorter header fields, or a shorter path.",
  },
  REQUEST_TIMEOUT: {
    title: "The request took too long to arrive",
    meaning: "The header fields or the body did not arrive in time, so the connection is closed.",
    action: "Send it again, on a new connection.",
  },
  MEDIA_TYPE_UNSUPPORTED: {
    title: "The media type is not supported",
    meaning: "The body is not `application/json` in UTF-8.",
    action: "Send `Content-Type: application/json`.",
  },
  NOT_ACCEPTABLE: {
    title: "No such representation",
    meaning: "`Accept` names no media type in which this is given.",
    action: "Ask for one of the media types that the protocol lists, or leave `Accept` out.",
  },
  UNAUTHENTICATED: {
    title: "A key is needed",
    meaning: "The operation asks for a key, and the request has none that is known.",
    action: "Send `Authorization: Bearer` and a key that the server's operator gave out.",
  },
  FORBIDDEN_ROLE: {
    title: "The key is not for this operation",
    meaning: "The operation is for keys of another role.",
    action: "Use a key of a role that the protocol names for the operation.",
  },
  FORBIDDEN_USER: {
    title: "The key is another user's",
    meaning: "A user's key is for that user alone, and the request names another.",
    action: "Name the key's own user, or leave the user out where it may be absent.",
  },
  FORBIDDEN_PERFORMER: {
    title: "A user's key does not act as the system",
    meaning: 'The `performer_id` is "system", and the key is a user\'s.',
    action: "Name who performs the act.",
  },
  RATE_LIMITED: {
    title: "Too many requests",
    meaning: "The key, or the address without one, has asked more than it may for now.",
    action: "Wait as long as `Retry-After` says, then send it again.",
  },
  HOST_FORBIDDEN: {
    title: "This host name is not served",
    meaning: "The server answers on loopback only and the `Host` header names something else.",
    action: "Use `localhost`, `127.0.0.1` or `[::1]`.",
  },
  ORIGIN_FORBIDDEN: {
    title: "This origin may not call the server",
    meaning: "A web page that is not on loopback tried to drive the server.",
    action: "Call it from a program, or from a page the server itself serves.",
  },
  ROUTE_NOT_FOUND: {
    title: "There is no such route",
    meaning: "No operation stands at this path.",
    action: "See `/docs` for the operations.",
  },
  METHOD_NOT_ALLOWED: {
    title: "The method is not allowed here",
    meaning: "The path exists, but not with this method.",
    action: "Use a method that the `Allow` header names.",
  },
  PRECONDITION_FAILED: {
    title: "The session has moved on",
    meaning: "`If-Match` does not name the session's present `ETag`.",
    action: "Read the session again and decide anew.",
  },
  SESSION_ALREADY_ACTIVE: {
    title: "The user already has an active session",
    meaning: "A user has at most one session that is active or paused.",
    action: "End that session first.",
  },
  SESSION_ALREADY_ENDED: {
    title: "The session has already ended",
    meaning: "`sessions.end` reached a session that is stopped.",
    action: "Nothing needs doing: the session is ended.",
  },
  SESSION_ALREADY_CLOSED: {
    title: "The session is closed",
    meaning: "A stopped session takes no more events.",
    action: "Start a new session.",
  },
  SESSION_PAUSED: {
    title: "The session is paused",
    meaning: "A paused session records nothing until it is resumed.",
    action: "Resume the session, then send it again.",
  },
  ILLEGAL_TRANSITION: {
    title: "The session cannot go there from where it is",
    meaning: "No transition leads from the session's state (`old_state`) to the one asked for (`new_state`).",
    action: "Look the session up; end it before it is deleted, pause it before it is resumed.",
  },
  SESSION_NOT_FOUND: {
    title: "There is no such session",
    meaning:
      "No session of this face has this id, or it was deleted or archived; `reason` says which, where a face tells it.",
    action: "Check the id, or follow `reason`.",
  },
  AGENT_NOT_FOUND: {
    title: "There is no such agent",
    meaning: "The session has no agent of this id, or it was deleted.",
    action: "Check the id, or create the agent.",
  },
  MESSAGE_NOT_FOUND: {
    title: "There is no such message",
    meaning: "The agent has no message of this id, or it was deleted.",
    action: "Check the id, or create the message.",
  },
  SESSION_EXISTS: {
    title: "There is such a session already",
    meaning: "The owner has a session of this id.",
    action: "Read or update that session, or choose another id.",
  },
  AGENT_EXISTS: {
    title: "There is such an agent already",
    meaning: "The session has an agent of this id.",
    action: "Read or update that agent, or choose another id.",
  },
  MESSAGE_EXISTS: {
    title: "There is such a message already",
    meaning: "The agent has a message of this id.",
    action: "Read or update that message, or choose another id.",
  },
  SESSION_NOT_DELETED: {
    title: "The session is not deleted",
    meaning: "Only a session that was deleted can be erased.",
    action: "Delete it first (`POST /session_manager/sessions.delete`).",
  },
  SEQ_NOT_FOUND: {
    title: "The session has no such line",
    meaning: "`at_seq` names a line after the session's last.",
    action: "Ask for a `seq` up to the session's own.",
  },
  SESSION_USER_MISMATCH: {
    title: "The session belongs to another user",
    meaning: "The `user_id` is not the one that owns the session.",
    action: "Send the owner's `user_id`.",
  },
  RECORD_ID_REUSED: {
    title: "The record id was used before",
    meaning: "A message with this `record_id` is already recorded in this session.",
    action: "If it is a retry, the first one was recorded; otherwise make a new `record_id`.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: "The idempotency key was used for another request",
    meaning:
      "An event was recorded under this `Idempotency-Key`, of another body; or its content was erased or archived, so that the first answer cannot be given again.",
    action: "Send a new key; a retry sends the very bytes of the first request.",
  },
  IDEMPOTENCY_KEY_IN_FLIGHT: {
    title: "A request with this idempotency key is under way",
    meaning: "A request with the same `Idempotency-Key` has not been answered yet.",
    action: "Wait as `Retry-After` says, then send it again.",
  },
  ID_CASE_CONFLICT: {
    title: "An id differs from another only in case",
    meaning:
      "The log root's file system takes upper and lower case for the same, and another id holds the name.",
    action: "Use an id that differs in more than case.",
  },
  RAW_MEDIA_REFUSED: {
    title: "Raw media is never stored",
    meaning: "The message holds `frame_data`, raw `audio_payload` or a `data:image/` string.",
    action: "Store the media elsewhere and record a reference (`raw_features_ref`).",
  },
  LINE_TOO_LONG: {
    title: "The event is too large",
    meaning: "The event's line would be longer than LINE_BYTES_MAX (524,288 bytes).",
    action: "Record a smaller event, or a reference to the content.",
  },
  BATCH_TOO_LARGE: {
    title: "The batch is too large",
    meaning: "One append holds more lines or bytes than a batch may.",
    action: "Append it in several batches.",
  },
  JSON_TOO_DEEP: {
    title: "The JSON nests too deeply",
    meaning: "An event may nest 64 levels deep, itself included.",
    action: "Flatten the event.",
  },
  JSON_NUMBER_INEXACT: {
    title: "A number cannot be held exactly",
    meaning: "A number is not finite, or is an integer beyond 2^53-1. Numbers are refused, never changed.",
    action: "Send the number as a string.",
  },
  JSON_KEY_FORBIDDEN: {
    title: "A key is forbidden",
    meaning: "An object has a `__proto__` key, or one key twice.",
    action: "Rename the key.",
  },
  JSON_VALUE_UNSUPPORTED: {
    title: "A value is not JSON",
    meaning: "The event holds something that JSON cannot carry (undefined, a function, a class instance).",
    action: "This is a defect of the calling program.",
  },
  EVENT_INVALID: {
    title: "An event does not match its schema",
    meaning: "The server made an event that its own output schema refuses. It was not recorded.",
    action: "Report it: this is a defect of the server.",
  },
  ...LOG_ERROR_CODES,
  STORE_FULL: {
    title: "The disk is nearly full",
    meaning: "Less than DISK_FREE_BYTES_MIN is free. Nothing was recorded; reads go on.",
    action: "Free some space; writing resumes by itself.",
  },
  TAILS_EXHAUSTED: {
    title: "Too many live tails",
    meaning: "SSE_TAILS_MAX live tails are open at once.",
    action: "Wait as long as `Retry-After` says, or ask for the events page by page.",
  },
  STORE_OVERLOADED: {
    title: "The store has too much to do",
    meaning: "The queue of events waiting to be recorded is full. Nothing was recorded.",
    action: "Wait as long as `Retry-After` says, then send it again.",
  },
  STORE_UNAVAILABLE: {
    title: "The store cannot be written",
    meaning:
      "The log root is read-only, a file cannot be opened, or the server is stopping. Nothing was recorded.",
    action: "Try again later; see `/readyz` and the server's log.",
  },
  STORE_FAILED: {
    title: "The store has failed",
    meaning: "A write or a sync failed. Whether the event was recorded is unknown until the restart.",
    action: "The server stops and recovers by replay. Read the session, then try again.",
  },
  INTERNAL_ERROR: {
    title: "Something went wrong",
    meaning: "The server met an error that it did not expect.",
    action: "Report the `request_id`.",
  },
} as const satisfies Record<string, { title: string; meaning: string; action: string }>;

/** A stable error code of the catalogue. */
export type ErrorCode = keyof typeof ERROR_CODES;
