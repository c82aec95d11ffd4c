// Single lines out of a long log. The log is read from the last mark before a line, and from there on verified against
// what the chain said at the mark, which itself was verified from the log's first line; so a picked line is as sure as
// one that was read in order.
//
// Marks also say, before a line is read, about how many bytes it has: no more than stand between the marks around it.
// By that the lines of one reading are bounded.
import { type Line, PICK_BYTES_MAX } from "@session-ledger/session_contract";
import type { LineMark, LogMarks } from "./line_marks.ts";
import type { LogCursor } from "./log_cursor.ts";
import { RecorderError } from "./recorder_error.ts";

/** Opens the log at a mark, to be read up to a byte at the most. */
export type OpenAt = (from: LineMark | undefined, end_max: number) => Promise<LogCursor>;

export interface MarkedLog {
  /** Those of the log as it was when the caller began. */
  readonly marks: LogMarks;
  /** How long the log is. */
  readonly bytes: number;
  readonly open: OpenAt;
}

/** A part of a log that is read at once: from a mark on, with these of its lines in ascending order. */
interface Stretch {
  readonly from: LineMark | undefined;
  end_max: number;
  readonly seqs: number[];
}

/**
 * The lines with these numbers, in the order in which they are named, or as many of the first as `PICK_BYTES_MAX` allows.
 * @throws RecorderError `SEQ_NOT_FOUND` for a line that the log does not have
 */
export async function pickLines(log: MarkedLog, seqs: readonly number[]): Promise<readonly Line[]> {
  await markAround(log, seqs);
  const picked = seqs.slice(0, countAtOnce(log, seqs));
  const found = new Map<number, Line>();
  for (const stretch of stretchesOf(log.marks, picked)) await readStretch(stretch, log.open, found);
  return picked.map((seq) => {
    const line = found.get(seq);
    if (line === undefined) throw new RecorderError("SEQ_NOT_FOUND", `line ${seq}`);
    return line;
  });
}

/** Leaves a mark behind the last of these lines if so much follows the log's last mark that it tells too little. */
async function markAround({ marks, bytes, open }: MarkedLog, seqs: readonly number[]): Promise<void> {
  const last = seqs.reduce((greatest, seq) => Math.max(greatest, seq), 0);
  const from = marks.before(last);
  const isMarked = (): boolean => marks.offsetBehind(last) < Number.POSITIVE_INFINITY;
  if (isMarked() || bytes - (from?.byte_offset ?? 0) <= PICK_BYTES_MAX) return;
  const cursor = await open(from, Number.POSITIVE_INFINITY);
  try {
    await cursor.drain(() => !isMarked());
  } finally {
    await cursor.close();
  }
}

/** How many of the lines, from the first named on, are read at once: those around the first mark in any case. */
function countAtOnce({ marks, bytes }: MarkedLog, seqs: readonly number[]): number {
  const starts = new Set<number>();
  let bytes_read = 0;
  const count = seqs.findIndex((seq) => {
    const start = marks.before(seq)?.byte_offset ?? 0;
    if (starts.has(start)) return false;
    starts.add(start);
    bytes_read += Math.min(marks.offsetBehind(seq), bytes) - start;
    return bytes_read > PICK_BYTES_MAX && starts.size > 1;
  });
  return count === -1 ? seqs.length : count;
}

/** Lines between the same two marks, or on both sides of one, are read at once. */
function stretchesOf(marks: LogMarks, seqs: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const seq of [...new Set(seqs)].sort((a, b) => a - b)) {
    const from = marks.before(seq);
    const end_max = marks.offsetBehind(seq);
    const last = stretches.at(-1);
    if (last !== undefined && (from?.byte_offset ?? 0) <= last.end_max) {
      last.end_max = end_max;
      last.seqs.push(seq);
    } else stretches.push({ from, end_max, seqs: [seq] });
  }
  return stretches;
}

async function readStretch(stretch: Stretch, open: OpenAt, found: Map<number, Line>): Promise<void> {
  const { from, end_max, seqs } = stretch;
  let next = 0;
  const cursor = await open(from, end_max);
  try {
    await cursor.drain((line) => {
      if (line.seq === seqs[next]) {
        found.set(line.seq, line);
        next += 1;
      }
      return next < seqs.length;
    });
  } finally {
    await cursor.close();
  }
}
