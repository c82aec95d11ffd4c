import { isUtf8 } from "node:buffer";
import { hash as digest } from "node:crypto";
import type { JsonObject, Line } from "@session-ledger/session_contract";
import { LOG_FORMAT } from "@session-ledger/session_contract";
import { chainHash, EVENT_MARK } from "./line_encoder.ts";
import type { Fault } from "./recorder.ts";

const HASH_OPEN = ',"hash":"';
const HASH_CLOSE = '"}';
const HASH_HEX_LENGTH = 64;
/** What stands after the event: `,"hash":"`, 64 hex digits, `"}`; as many bytes as characters. */
const TRAILER_LENGTH = HASH_OPEN.length + HASH_HEX_LENGTH + HASH_CLOSE.length;

const LOWER_HEX_64 = /^[0-9a-f]{64}$/;
const ERASED_EVENT = /^\{"\$erased":"([0-9a-f]{64})"\}$/;
const ERASED_EVENT_LENGTH = '{"$erased":""}'.length + HASH_HEX_LENGTH;
const SERVER_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** A header without optional keys. */
const PLAIN_HEADER =
  /^\{"seq":([1-9]\d{0,14}),"recorded_at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","type":"([a-z_.]+)","event":$/;
/** What the decoder puts in place of bytes that are no UTF-8; it may also stand in the text itself. */
const REPLACEMENT_CHARACTER = "\ufffd";

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
 * way of every line that is read, so what only a damaged line needs is looked at only then. The digests are taken of
 * the decoded text, which Node turns into the same bytes again: it is known to come from UTF-8, and cutting a string
 * costs less than cutting a buffer.
 */
export function decodeLine(bytes: Buffer, position: ChainPosition): DecodedLine {
  const text = bytes.toString("utf8");
  const is_utf8 = !text.includes(REPLACEMENT_CHARACTER) || isUtf8(bytes);
  if (!is_utf8 || !endsInTrailer(text)) return corrupt(bytes, malformation(bytes));
  const event_start = text.indexOf(EVENT_MARK) + EVENT_MARK.length;
  const header = text.slice(0, event_start);
  const event = text.slice(event_start, -TRAILER_LENGTH);
  const stated_hash = text.slice(-HASH_HEX_LENGTH - HASH_CLOSE.length, -HASH_CLOSE.length);
  const line = joinPlainLine(header, event, stated_hash) ?? parseLine(text, stated_hash, position);
  if (line === undefined) return corrupt(bytes, malformation(bytes));

  const erased_digest = erasedDigest(event);
  if (position.hash === undefined) {
    // Where the chain cannot be checked, nothing else says that the hash is one.
    if (!LOWER_HEX_64.test(stated_hash)) return corrupt(bytes, malformation(bytes));
  } else {
    const event_digest = erased_digest ?? digest("sha256", event, "hex");
    const hash = chainHash(position.hash, header, event_digest);
    if (hash !== stated_hash) return corrupt(bytes, "the hash does not hold");
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
  const trailer = bytes.toString("latin1", Math.max(0, bytes.length - TRAILER_LENGTH));
  if (!trailer.startsWith(HASH_OPEN) || !trailer.endsWith(HASH_CLOSE)) return undefined;
  const hash = trailer.slice(HASH_OPEN.length, -HASH_CLOSE.length);
  return LOWER_HEX_64.test(hash) ? hash : undefined;
}

function endsInTrailer(text: string): boolean {
  return text.startsWith(HASH_OPEN, text.length - TRAILER_LENGTH) && text.endsWith(HASH_CLOSE);
}

function erasedDigest(event: string): string | undefined {
  return event.length === ERASED_EVENT_LENGTH ? ERASED_EVENT.exec(event)?.[1] : undefined;
}

/**
 * The line with these parts, if its header has no optional keys, as that of most lines: reading three fields by
 * their place costs a fraction of parsing them. Undefined: it is another line, or none.
 */
function joinPlainLine(header: string, event_text: string, hash: string): Line | undefined {
  const match = PLAIN_HEADER.exec(header);
  if (match === null) return undefined;
  const event = parseObject(event_text);
  if (event === undefined) return undefined;
  return { seq: Number(match[1]), recorded_at: match[2]!, type: match[3]!, event: event as JsonObject, hash };
}

function parseLine(text: string, stated_hash: string, position: ChainPosition): Line | undefined {
  const line: Partial<Line> | undefined = parseObject(text);
  if (line === undefined) return undefined;
  const { recorded_at, batch, format } = line;
  const holds =
    Number.isSafeInteger(line.seq) &&
    (recorded_at === position.recorded_at || isServerTime(recorded_at)) &&
    typeof line.type === "string" &&
    isObject(line.event) &&
    line.hash === stated_hash &&
    (batch === undefined || isBatch(batch)) &&
    (format === undefined || Number.isSafeInteger(format));
  return holds ? (line as Line) : undefined;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isServerTime(value: unknown): boolean {
  return typeof value === "string" && SERVER_TIME.test(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBatch(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [at, of] = value as [unknown, unknown];
  return Number.isSafeInteger(at) && Number.isSafeInteger(of) && 1 <= Number(at) && Number(at) <= Number(of);
}
