import { toServerTime } from "@session-ledger/session_contract";
import type { ChainPosition } from "./line_decoder.ts";
import { logKey } from "./log_paths.ts";
import type { LogName } from "./recorder.ts";

/** How far apart the marks of a log are at least, in bytes: about what reading one line costs. */
const MARK_BYTES_APART = 16 * 1024;

/** How many marks are kept in memory: enough for more than a gigabyte of logs. */
const MARKS_MAX = 100_000;

/** A place in a log up to which it was verified: where a line begins, and what the chain says there. */
export interface LineMark {
  readonly byte_offset: number;
  readonly position: ChainPosition;
}

/** A mark as it is kept. Strings of a line that was read would keep the line's whole text in memory. */
interface KeptMark {
  readonly byte_offset: number;
  readonly seq: number;
  readonly hash: Buffer;
  readonly recorded_ms: number;
}

/** The marks of one log, in its order. */
export class LogMarks {
  /** The log as it was made; another of the same name has other bytes. */
  readonly incarnation: string;
  readonly #kept: KeptMark[] = [];
  readonly #total: { count: number };
  #is_counted = true;

  /** `total` counts the marks of all logs; a log counts as one more than its marks. */
  constructor(incarnation: string, total: { count: number } = { count: 0 }) {
    this.incarnation = incarnation;
    this.#total = total;
    total.count += 1;
  }

  /** Who still reads with these marks may add to them, and they go when that ends. */
  forget(): void {
    this.#total.count -= 1 + this.#kept.length;
    this.#is_counted = false;
  }

  /** Takes a mark if it is far enough behind the last one. */
  note(byte_offset: number, { seq, hash, recorded_at }: ChainPosition): void {
    if (byte_offset < (this.#kept.at(-1)?.byte_offset ?? 0) + MARK_BYTES_APART || hash === undefined) return;
    this.#kept.push({
      byte_offset,
      seq,
      hash: Buffer.from(hash, "hex"),
      recorded_ms: Date.parse(recorded_at),
    });
    if (this.#is_counted) this.#total.count += 1;
  }

  /** The last mark before a line; undefined: the log's beginning. */
  before(seq: number): LineMark | undefined {
    const at = this.#countBefore(seq);
    return at === 0 ? undefined : toMark(this.#kept[at - 1]!);
  }

  /** Where the first mark behind a line stands, in bytes; infinite if none does. */
  offsetBehind(seq: number): number {
    return this.#kept[this.#countBefore(seq)]?.byte_offset ?? Number.POSITIVE_INFINITY;
  }

  /** How many marks stand before a line. */
  #countBefore(seq: number): number {
    let from = 0;
    let to = this.#kept.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#kept[middle]!.seq < seq) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** The marks of the logs that were read last. Losing them costs time alone. */
export class LineMarks {
  /** The least recently used first. */
  readonly #logs = new Map<string, LogMarks>();
  readonly #total = { count: 0 };

  /** The marks of a log, to be added to by who reads it. */
  of(log: LogName, incarnation: string): LogMarks {
    const key = logKey(log);
    const known = this.#logs.get(key);
    const stands = known?.incarnation === incarnation;
    if (!stands) known?.forget();
    const marks = stands ? known : new LogMarks(incarnation, this.#total);
    this.#logs.delete(key);
    this.#logs.set(key, marks);
    for (const [oldest, each] of this.#logs) {
      if (this.#total.count <= MARKS_MAX || oldest === key) break;
      each.forget();
      this.#logs.delete(oldest);
    }
    return marks;
  }
}

function toMark({ byte_offset, seq, hash, recorded_ms }: KeptMark): LineMark {
  return {
    byte_offset,
    position: { seq, hash: hash.toString("hex"), recorded_at: toServerTime(recorded_ms) },
  };
}
