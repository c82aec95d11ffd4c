// The formats in which session ids are issued. A look-up by id takes no other, so that a mistyped id is told apart
// from one that never was; a command takes any `SessionIdSchema`, since imported logs may have names of their own.
import { RecordIdSchema } from "./ids.ts";
import { ClientTimeSchema } from "./time.ts";

/** How many hex digits follow the prefix of an interaction session's id. */
export const SESSION_ID_DIGITS = 16;

/** How many hex digits follow the time of an execution session's id. */
export const EXECUTION_ID_DIGITS = 8;

const DEFAULT_PREFIX = "sess_";
const HEX_DIGITS = /^[0-9a-f]+$/;
const EXECUTION_ID = new RegExp(
  `^exec_(\\d{4})(\\d\\d)(\\d\\d)_(\\d\\d)(\\d\\d)(\\d\\d)_[0-9a-f]{${EXECUTION_ID_DIGITS}}$`,
);

/** The id of an execution session that started at `timestamp` (UTC, as the server writes it). */
export function executionId(timestamp: string, hex_digits: string): string {
  const [date, time] = [timestamp.slice(0, 10), timestamp.slice(11, 19)];
  return `exec_${date.replaceAll("-", "")}_${time.replaceAll(":", "")}_${hex_digits}`;
}

/**
 * Whether a session may be looked up by this id: `sess_`, or the configured prefix, and 16 hex digits;
 * `exec_YYYYMMDD_HHMMSS_` and 8 hex digits, with a real time; or a UUID of version 4.
 */
export function isLookupId(session_id: string, session_id_prefix: string): boolean {
  return (
    isPrefixed(session_id, DEFAULT_PREFIX) ||
    isPrefixed(session_id, session_id_prefix) ||
    isExecutionId(session_id) ||
    RecordIdSchema.safeParse(session_id).success
  );
}

function isPrefixed(session_id: string, prefix: string): boolean {
  const digits = session_id.slice(prefix.length);
  return session_id.startsWith(prefix) && digits.length === SESSION_ID_DIGITS && HEX_DIGITS.test(digits);
}

/** Whether `session_id` is of the format in which the ids of execution sessions are issued. */
export function isExecutionId(session_id: string): boolean {
  const parts = EXECUTION_ID.exec(session_id);
  if (parts === null) return false;
  const [, year, month, day, hour, minute, second] = parts;
  return ClientTimeSchema.safeParse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).success;
}
