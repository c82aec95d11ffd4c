// Single lines out of a long log. The log is read from the last mark before a line, and from there on verified against
// what the chain said at the mark, which itself was verified from the log's first line; so a picked line is as sure as
// one that was read in order.
import type { Line } from "@session-ledger/session_contract";
import type { LineMark, LogMarks } from "./line_marks.ts";
import type { LogCursor } from "./log_cursor.ts";
import { RecorderError } from "./recorder_error.ts";

/** Opens the log at a mark, to be read up to a byte at the most. */
type OpenAt = (from: LineMark | undefined, end_max: number) => Promise<LogCursor>;

/** A part of a log that is read at once: from a mark on, with these of its lines in ascending order. */
interface Stretch {
  readonly from: LineMark | undefined;
  end_max: number;
  readonly seqs: number[];
}

/**
 * The lines with these numbers, in the order in which they are named.
 * @throws RecorderError `SEQ_NOT_FOUND` for a line that the log does not have
 */
export async function pickLines(
  marks: LogMarks,
  seqs: readonly number[],
  open: OpenAt,
): Promise<readonly Line[]> {
  const found = new Map<number, Line>();
  for (const stretch of stretchesOf(marks, seqs)) await readStretch(stretch, open, found);
  return seqs.map((seq) => {
    const line = found.get(seq);
    if (line === undefined) throw new RecorderError("SEQ_NOT_FOUND", `line ${seq}`);
    return line;
  });
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
