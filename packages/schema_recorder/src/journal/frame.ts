// The bytes of the journal. A segment is a sequence of frames; a frame is what one write and one sync make durable:
//
//   offset  bytes
//        0      4   "SLJ2"
//        4      8   batch number, big-endian, one more than the frame before
//       12      4   length of the payload, big-endian
//       16      4   CRC-32 of the payload
//       20      4   CRC-32 of the 20 bytes before
//       24      n   payload: entries, one after another
//
// An entry is physical redo: which log, at which byte, which bytes; or what was done to the log as a whole. Applying
// it twice is harmless.
//
//        0      2   the entry's kind: its place in ENTRY_KINDS, big-endian
//        2      2   length of the log's name, big-endian
//        4      4   length of the data, big-endian
//        8      8   where the data goes, in bytes from the start of the log, big-endian
//       16      8   the log's incarnation
//       24      a   the log's name: `<user_id>/<session_id>`
//     24+a      d   the data
//
// The entry of an erasure has no name: its data begin with the salted digest of the name, so that the journal does
// not keep what the erasure removes.
//
// "SLJ1" had no kinds. Two zero bytes stood in the kind's place, which make an append, so its frames are read alike.
import { crc32 } from "node:zlib";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";

const MAGIC = Buffer.from("SLJ2");
/** What the frames of every version begin with. */
const MAGIC_STEM = MAGIC.subarray(0, 3);
const VERSIONS = ["1", "2"].map((version) => version.charCodeAt(0));
export const FRAME_HEADER_BYTES = 24;
const ENTRY_HEADER_BYTES = 24;

/** How many random bytes tell one life of a log from the next under the same name. */
export const INCARNATION_BYTES = 8;

/** What an entry does to its log. Their order is that of the kinds' numbers. */
export const ENTRY_KINDS = ["append", "erase", "archive", "restore", "rewrite"] as const;

/**
 * `append` puts bytes at a place in the log; every other kind is done to the log as a whole, and makes the entries
 * before it of no account.
 */
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** What is durable before it is done to a log. */
export interface JournalEntry {
  readonly kind: EntryKind;
  readonly log: LogName;
  /** Random, made when the log was created, in hex: a log made again under the same name never gets old bytes. */
  readonly incarnation: string;
  readonly byte_offset: number;
  readonly data: Buffer;
}

/** In place of the name of a log that is erased. */
export const NO_NAME: LogName = { user_id: "", session_id: "" };

/** One synced write of the journal. */
export interface JournalFrame {
  readonly batch: number;
  readonly entries: readonly JournalEntry[];
}

/** The entries of a frame as its payload. */
export function encodePayload(entries: readonly JournalEntry[]): Buffer {
  const names = entries.map(({ log }) => (log === NO_NAME ? "" : logKey(log)));
  let length = 0;
  for (const [at, entry] of entries.entries()) {
    length += ENTRY_HEADER_BYTES + names[at]!.length + entry.data.length;
  }
  const payload = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  for (const [at, entry] of entries.entries()) {
    const name = names[at]!;
    payload.writeUInt16BE(ENTRY_KINDS.indexOf(entry.kind), offset);
    payload.writeUInt16BE(name.length, offset + 2);
    payload.writeUInt32BE(entry.data.length, offset + 4);
    payload.writeBigUInt64BE(BigInt(entry.byte_offset), offset + 8);
    payload.write(entry.incarnation, offset + 16, "hex");
    payload.write(name, offset + ENTRY_HEADER_BYTES, "latin1");
    offset += ENTRY_HEADER_BYTES + name.length;
    offset += entry.data.copy(payload, offset);
  }
  return payload;
}

/** The entries of a payload; their data are views of it. */
export function decodePayload(payload: Buffer): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let offset = 0; offset < payload.length; ) {
    const name_start = offset + ENTRY_HEADER_BYTES;
    const data_start = name_start + payload.readUInt16BE(offset + 2);
    const data_end = data_start + payload.readUInt32BE(offset + 4);
    const [user_id, session_id = ""] = payload.toString("latin1", name_start, data_start).split("/");
    entries.push({
      kind: ENTRY_KINDS[payload.readUInt16BE(offset)] ?? unknownKind(),
      log: user_id === "" || user_id === undefined ? NO_NAME : { user_id, session_id },
      incarnation: payload.toString("hex", offset + 16, offset + 16 + INCARNATION_BYTES),
      byte_offset: Number(payload.readBigUInt64BE(offset + 8)),
      data: payload.subarray(data_start, data_end),
    });
    offset = data_end;
  }
  return entries;
}

function unknownKind(): never {
  throw new Error("an entry of the journal is of a kind that only a newer version knows");
}

/** The header that makes a payload a frame. */
export function encodeFrameHeader(batch: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeBigUInt64BE(BigInt(batch), 4);
  header.writeUInt32BE(payload.length, 12);
  header.writeUInt32BE(crc32(payload), 16);
  header.writeUInt32BE(crc32(header.subarray(0, 20)), 20);
  return header;
}

/** What stands at the end of a segment's good frames. */
export type SegmentEnd = "whole" | "torn" | "damaged";

/**
 * Reads the frames of a segment that begins with batch `first`. Zeros may stand behind the last one, for frames to come.
 * A last frame that is cut, or does not hold, was never acknowledged and ends the segment as `torn`. If a good frame
 * follows it, acknowledged frames are damaged: a frame is written only after the one before it is durable.
 */
export function decodeSegment(bytes: Buffer, first: number): { frames: JournalFrame[]; end: SegmentEnd } {
  const frames: JournalFrame[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const header = readHeader(bytes, offset);
    const payload =
      header && bytes.subarray(offset + FRAME_HEADER_BYTES, offset + FRAME_HEADER_BYTES + header.length);
    const holds =
      header !== undefined &&
      header.batch === first + frames.length &&
      payload?.length === header.length &&
      crc32(payload) === header.payload_crc;
    if (!holds) return { frames, end: endAt(bytes, offset, first + frames.length) };
    frames.push({ batch: header.batch, entries: decodePayload(payload) });
    offset += FRAME_HEADER_BYTES + header.length;
  }
  return { frames, end: "whole" };
}

function readHeader(
  bytes: Buffer,
  offset: number,
): { batch: number; length: number; payload_crc: number } | undefined {
  if (offset + FRAME_HEADER_BYTES > bytes.length) return undefined;
  const header = bytes.subarray(offset, offset + FRAME_HEADER_BYTES);
  if (!header.subarray(0, MAGIC_STEM.length).equals(MAGIC_STEM)) return undefined;
  if (!VERSIONS.includes(header[MAGIC_STEM.length]!)) return undefined;
  if (crc32(header.subarray(0, 20)) !== header.readUInt32BE(20)) return undefined;
  return {
    batch: Number(header.readBigUInt64BE(4)),
    length: header.readUInt32BE(12),
    payload_crc: header.readUInt32BE(16),
  };
}

function endAt(bytes: Buffer, offset: number, expected_batch: number): SegmentEnd {
  if (hasLaterFrame(bytes, offset, expected_batch)) return "damaged";
  return bytes.subarray(offset).every((byte) => byte === 0) ? "whole" : "torn";
}

/**
 * Whether a frame stands after the one expected at `offset`. What a client sends cannot pass for one: JSON escapes
 * the NUL bytes that every batch number has.
 */
function hasLaterFrame(bytes: Buffer, offset: number, expected_batch: number): boolean {
  for (let at = bytes.indexOf(MAGIC_STEM, offset); at >= 0; at = bytes.indexOf(MAGIC_STEM, at + 1)) {
    const batch = readHeader(bytes, at)?.batch ?? 0;
    if (batch > expected_batch || (batch === expected_batch && at > offset)) return true;
  }
  return false;
}
