// Lines as the bytes that stand in the log, for who passes them on: another encoding of the same JSON would not
// verify. Lines are verified by the cursor first, and their bytes read again behind it, out of the page cache.
import type { Line } from "@session-ledger/session_contract";
import type { LogCursor } from "./log_cursor.ts";
import { type SubscribeToGrowth, tailGroups } from "./log_reading.ts";
import type { RawLines, ReadOptions, TailOptions } from "./recorder.ts";

const NEWLINE = 0x0a;

/** The bytes of a log's lines up to its present end, in groups as they come off the disk. It closes the cursor. */
export async function* readRawLines(
  open: () => Promise<LogCursor>,
  options: ReadOptions = {},
): AsyncGenerator<RawLines, void> {
  const { until_seq = Number.POSITIVE_INFINITY } = options;
  const cursor = await open();
  const window = new RawWindow(cursor, options);
  try {
    for await (const lines of cursor.advance()) {
      const raw = await window.take(lines);
      if (raw !== undefined) yield raw;
      if (lines.at(-1)!.seq >= until_seq) return;
    }
  } finally {
    await cursor.close();
  }
}

/** The bytes of a log's lines, then those of each further line as the log grows. It closes the cursor. */
export async function* tailRawLines(
  cursor: LogCursor,
  subscribe: SubscribeToGrowth,
  options: TailOptions,
): AsyncGenerator<RawLines, void> {
  const window = new RawWindow(cursor, options);
  for await (const lines of tailGroups(cursor, subscribe, options.signal)) {
    const raw = await window.take(lines);
    if (raw !== undefined) yield raw;
  }
}

/** The lines from `lines` on in `bytes`, each with its newline: `count` of them, after `skipped` others. */
export function sliceLines(bytes: Buffer, skipped: number, count: number): Buffer {
  const start = endOfLines(bytes, 0, skipped);
  return bytes.subarray(start, endOfLines(bytes, start, count));
}

/** Follows a cursor, group by group, with what of each group is asked for. */
class RawWindow {
  readonly #cursor: LogCursor;
  readonly #after_seq: number;
  readonly #until_seq: number;
  /** Where the next group begins in the file. */
  #offset = 0;

  constructor(cursor: LogCursor, { after_seq = 0, until_seq = Number.POSITIVE_INFINITY }: ReadOptions) {
    this.#cursor = cursor;
    this.#after_seq = after_seq;
    this.#until_seq = until_seq;
  }

  /** The bytes of those lines of a group that the cursor has just verified, undefined if it is none of them. */
  async take(lines: readonly Line[]): Promise<RawLines | undefined> {
    const first = lines[0]!.seq;
    const last = lines.at(-1)!.seq;
    const first_seq = Math.max(first, this.#after_seq + 1);
    const last_seq = Math.min(last, this.#until_seq);
    const start = this.#offset;
    this.#offset = this.#cursor.scanner.complete_bytes;
    if (first_seq > last_seq) return undefined;
    const bytes = await this.#cursor.bytes(start, this.#offset);
    return { first_seq, last_seq, bytes: sliceLines(bytes, first_seq - first, last_seq - first_seq + 1) };
  }
}

function endOfLines(bytes: Buffer, start: number, count: number): number {
  let end = start;
  for (let line = 0; line < count; line += 1) end = bytes.indexOf(NEWLINE, end) + 1;
  return end;
}
