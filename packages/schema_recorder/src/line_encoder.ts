// The bytes of a line (DESIGN section 5). A line is
//
//   H  {"seq":1,"recorded_at":"...","type":"...",<optional keys>,"event":
//   E  {...}                                   the event's own bytes
//      ,"hash":"<64 hex>"}\n                   75 bytes and the newline
//
// and its hash is SHA-256(P + H + D), in lower-case hex: P is the hash of the line before (for line 1 the text
// `<user_id>/<session_id>`) and D the lower-case hex SHA-256 of E. The event enters by its digest, so its bytes
// can be erased later while the chain still verifies.
import { hash as digest } from "node:crypto";
import {
  LINE_BYTES_MAX,
  type Line,
  OPTIONAL_LINE_KEYS,
  type RecordedEvent,
} from "@session-ledger/session_contract";
import type { LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

/** What ends the header and begins the event. It cannot stand inside a JSON string, where `"` is escaped. */
export const EVENT_MARK = ',"event":';

export interface EncodedLine {
  readonly line: Line;
  /** The line's bytes, its newline included. */
  readonly bytes: Buffer;
}

/** What the first line's hash begins with, in place of the hash of a line before. */
export function genesis(log: LogName): string {
  return `${log.user_id}/${log.session_id}`;
}

/**
 * Encodes the next line of a log.
 * @throws RecorderError `LINE_TOO_LONG`, `JSON_KEY_FORBIDDEN`
 */
export function encodeLine(recorded: RecordedEvent, previous_hash: string): EncodedLine {
  const header = encodeHeader(recorded);
  const event = toJsonText(recorded.event);
  const hash = chainHash(previous_hash, header, digest("sha256", event, "hex"));
  const bytes = Buffer.from(`${header}${event},"hash":"${hash}"}\n`);
  if (bytes.length > LINE_BYTES_MAX) {
    throw new RecorderError("LINE_TOO_LONG", `the line would have ${bytes.length} bytes`);
  }
  return { line: { ...recorded, hash }, bytes };
}

/** The hash of a line from the hash before it, its header (as text) and its event's digest. */
export function chainHash(previous_hash: string, header: string, event_digest: string): string {
  return digest("sha256", `${previous_hash}${header}${event_digest}`, "hex");
}

function encodeHeader(recorded: RecordedEvent): string {
  let header = `{"seq":${recorded.seq},"recorded_at":"${recorded.recorded_at}","type":"${recorded.type}"`;
  for (const key of OPTIONAL_LINE_KEYS) {
    const value = recorded[key];
    if (value !== undefined) header += `,"${key}":${toJsonText(value)}`;
  }
  header += EVENT_MARK;
  if (header.indexOf(EVENT_MARK) !== header.length - EVENT_MARK.length) {
    throw new RecorderError("JSON_KEY_FORBIDDEN", "an optional key of the line holds a key `event`");
  }
  return header;
}

/**
 * JSON on one line that any reader takes. `JSON.stringify` already escapes lone surrogates; U+2028 and U+2029 are
 * escaped too, since some readers take them for the end of a line.
 */
function toJsonText(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) =>
    separator === "\u2028" ? "\\u2028" : "\\u2029",
  );
}
