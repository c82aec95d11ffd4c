import { isUtf8 } from "node:buffer";
import { hash as digest } from "node:crypto";
import type { Line } from "@session-ledger/session_contract";
import { LOG_FORMAT } from "@session-ledger/session_contract";
import { chainHash, EVENT_MARK } from "./line_encoder.ts";
import type { Fault } from "./recorder.ts";

const HASH_OPEN = ',"hash":"';
const HASH_CLOSE = '"}';
const HASH_HEX_LENGTH = 64;
/** What stands after the event: `,"hash":"`, 64 hex digits, `"}`. */
const TRAILER_BYTES = HASH_OPEN.length + HASH_HEX_LENGTH + HASH_CLOSE.length;

const LOWER_HEX_64 = /^[0-9a-f]{64}$/;
const ERASED_EVENT = /^\{"\$erased":"([0-9a-f]{64})"\}$/;
const ERASED_EVENT_BYTES = '{"$erased":""}'.length + HASH_HEX_LENGTH;
const SERVER_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const EVENT_MARK_BYTES = Buffer.from(EVENT_MARK);

/** Where a chain stands: what the next line must follow. */
export interface ChainPosition {
  readonly seq: number;
  /** The hash the next line begins with. Undefined after damage: then the next line's hash cannot be checked. */
  readonly hash: string | undefined;
  readonly recorded_at: string;
}

export type DecodedLine =
  | { readonly line: Line; readonly erased: boolean }
  | { readonly code: Fault["code"]; readonly reason: string; readonly stated_hash: string | undefined };

/** Decodes a line's bytes (without the newline) and verifies that it is the one that follows `position`. */
export function decodeLine(bytes: Buffer, position: ChainPosition): DecodedLine {
  const stated_hash = statedHash(bytes);
  const corrupt = (reason: string): DecodedLine => ({ code: "LOG_CORRUPT", reason, stated_hash });
  if (bytes.includes(0)) return corrupt("the line holds NUL bytes");
  if (stated_hash === undefined) return corrupt("the line does not end in a hash");

  const mark = bytes.indexOf(EVENT_MARK_BYTES);
  const event_end = bytes.length - TRAILER_BYTES;
  const event_start = mark + EVENT_MARK_BYTES.length;
  if (mark < 0 || event_start >= event_end) return corrupt("the line has no event");

  const erased_digest = erasedDigest(bytes, event_start, event_end);
  if (position.hash !== undefined) {
    const event_digest = erased_digest ?? digest("sha256", bytes.subarray(event_start, event_end), "hex");
    const hash = chainHash(position.hash, bytes.subarray(0, event_start), event_digest);
    if (hash !== stated_hash) return corrupt("the hash does not hold");
  }

  const line = parseLine(bytes);
  if (line === undefined) return corrupt("the line is not a JSON object of the line's form");
  if (line.seq !== position.seq + 1) return corrupt(`seq is ${line.seq}, expected ${position.seq + 1}`);
  if (line.recorded_at < position.recorded_at) return corrupt("recorded_at is earlier than the line before");
  if (line.seq === 1 && (line.format ?? LOG_FORMAT) > LOG_FORMAT) {
    return { code: "LOG_FORMAT_UNSUPPORTED", reason: `the log is of format ${line.format}`, stated_hash };
  }
  return { line, erased: erased_digest !== undefined };
}

/** The hash that a line states, cut from its end: an event may itself hold the text `,"hash":`. */
function statedHash(bytes: Buffer): string | undefined {
  const trailer = bytes.toString("latin1", Math.max(0, bytes.length - TRAILER_BYTES));
  if (!trailer.startsWith(HASH_OPEN) || !trailer.endsWith(HASH_CLOSE)) return undefined;
  const hash = trailer.slice(HASH_OPEN.length, -HASH_CLOSE.length);
  return LOWER_HEX_64.test(hash) ? hash : undefined;
}

function erasedDigest(bytes: Buffer, start: number, end: number): string | undefined {
  if (end - start !== ERASED_EVENT_BYTES) return undefined;
  return ERASED_EVENT.exec(bytes.toString("latin1", start, end))?.[1];
}

function parseLine(bytes: Buffer): Line | undefined {
  if (!isUtf8(bytes)) return undefined;
  let line: Partial<Line>;
  try {
    line = JSON.parse(bytes.toString("utf8")) as Partial<Line>;
  } catch {
    return undefined;
  }
  const holds =
    Number.isSafeInteger(line.seq) &&
    typeof line.recorded_at === "string" &&
    SERVER_TIME.test(line.recorded_at) &&
    typeof line.type === "string" &&
    typeof line.event === "object" &&
    line.event !== null &&
    !Array.isArray(line.event) &&
    (line.batch === undefined || isBatch(line.batch)) &&
    (line.format === undefined || Number.isSafeInteger(line.format));
  return holds ? (line as Line) : undefined;
}

function isBatch(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [at, of] = value as [unknown, unknown];
  return Number.isSafeInteger(at) && Number.isSafeInteger(of) && 1 <= Number(at) && Number(at) <= Number(of);
}
