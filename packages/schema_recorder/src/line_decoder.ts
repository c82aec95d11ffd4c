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
/** What the decoder puts in place of bytes that are no UTF-8; it may also stand in the text itself. */
const REPLACEMENT_CHARACTER = "\ufffd";
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

/**
 * Decodes a line's bytes (without the newline) and verifies that it is the one that follows `position`. This is the
 * way of every line that is read, so what only a damaged line needs is looked at only then.
 */
export function decodeLine(bytes: Buffer, position: ChainPosition): DecodedLine {
  const text = bytes.toString("utf8");
  const line = parseLine(text, position);
  const is_utf8 = !text.includes(REPLACEMENT_CHARACTER) || isUtf8(bytes);
  if (line === undefined || !is_utf8 || !text.endsWith(`${HASH_OPEN}${line.hash}${HASH_CLOSE}`)) {
    return corrupt(bytes, malformation(bytes));
  }
  const event_start = bytes.indexOf(EVENT_MARK_BYTES) + EVENT_MARK_BYTES.length;
  const event_end = bytes.length - TRAILER_BYTES;
  const erased_digest = erasedDigest(bytes, event_start, event_end);
  if (position.hash !== undefined) {
    const event_digest = erased_digest ?? digest("sha256", bytes.subarray(event_start, event_end), "hex");
    const hash = chainHash(position.hash, bytes.subarray(0, event_start), event_digest);
    if (hash !== line.hash) return corrupt(bytes, "the hash does not hold");
  }
  if (line.seq !== position.seq + 1) {
    return corrupt(bytes, `seq is ${line.seq}, expected ${position.seq + 1}`);
  }
  if (line.recorded_at < position.recorded_at) {
    return corrupt(bytes, "recorded_at is earlier than the line before");
  }
  if (line.seq === 1 && (line.format ?? LOG_FORMAT) > LOG_FORMAT) {
    const reason = `the log is of format ${line.format}`;
    return { code: "LOG_FORMAT_UNSUPPORTED", reason, stated_hash: statedHash(bytes) };
  }
  return { line, erased: erased_digest !== undefined };
}

function corrupt(bytes: Buffer, reason: string): DecodedLine {
  return { code: "LOG_CORRUPT", reason, stated_hash: statedHash(bytes) };
}

/** What is wrong with bytes that are no line. */
function malformation(bytes: Buffer): string {
  if (bytes.includes(0)) return "the line holds NUL bytes";
  if (statedHash(bytes) === undefined) return "the line does not end in a hash";
  return "the line is not a JSON object of the line's form";
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

function parseLine(text: string, position: ChainPosition): Line | undefined {
  let line: Partial<Line>;
  try {
    line = JSON.parse(text) as Partial<Line>;
  } catch {
    return undefined;
  }
  if (!isObject(line)) return undefined;
  const { hash, recorded_at, event, batch, format } = line;
  const holds =
    Number.isSafeInteger(line.seq) &&
    (recorded_at === position.recorded_at || isServerTime(recorded_at)) &&
    typeof line.type === "string" &&
    isObject(event) &&
    typeof hash === "string" &&
    hash.length === HASH_HEX_LENGTH &&
    // Where the chain cannot be checked, nothing else says that the hash is one.
    (position.hash !== undefined || LOWER_HEX_64.test(hash)) &&
    (batch === undefined || isBatch(batch)) &&
    (format === undefined || Number.isSafeInteger(format));
  return holds ? (line as Line) : undefined;
}

function isServerTime(value: unknown): boolean {
  return typeof value === "string" && SERVER_TIME.test(value);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBatch(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [at, of] = value as [unknown, unknown];
  return Number.isSafeInteger(at) && Number.isSafeInteger(of) && 1 <= Number(at) && Number(at) <= Number(of);
}
