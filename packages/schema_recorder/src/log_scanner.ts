// Turns the bytes of a log, chunk by chunk, into verified lines. It does no I/O, so that every cut, flip and torn
// end can be tested on plain buffers.
//
// Bytes are split on 0x0A only. A line of a batch is held back until the whole batch is there, since an unfinished
// batch was never acknowledged; what is held is bounded by BATCH_BYTES_MAX and LINE_BYTES_READ_MAX.
import { BATCH_LINES_MAX, LINE_BYTES_READ_MAX, type Line } from "@session-ledger/session_contract";
import { type ChainPosition, decodeLine } from "./line_decoder.ts";
import { genesis } from "./line_encoder.ts";
import type { LineMark } from "./line_marks.ts";
import { logFile } from "./log_paths.ts";
import type { Fault, LogName } from "./recorder.ts";

const NEWLINE = 0x0a;

/** What stands after the last complete line or batch. */
export interface LogEnd {
  /** Where the last complete line or batch ends, in bytes. */
  readonly complete_bytes: number;
  /** How many bytes follow: an unfinished line, or an unfinished batch. */
  readonly unfinished_bytes: number;
  /** Whether those bytes are a whole line (or batch) whose hash holds, and only the newline is missing. */
  readonly lacks_only_newline: boolean;
  /** Erased lines that no later `line.erased` event accounts for. */
  readonly faults: readonly Fault[];
}

/** Takes a verified line, and where it begins in the file, in bytes. */
export type OnLine = (line: Line, byte_offset: number) => void;
export type OnFault = (fault: Fault) => void;

export class LogScanner {
  readonly #file: string;
  #position: ChainPosition;
  /** Where the next byte pushed stands in the file. */
  #offset = 0;
  #complete: { bytes: number; position: ChainPosition };
  /** The unfinished line so far. */
  #rest: Buffer[] = [];
  #rest_bytes = 0;
  /** Lines of a batch that is not whole yet. */
  #held: { line: Line; byte_offset: number }[] = [];
  /** The line before was damaged, so the next one may stand in the middle of a batch. */
  #after_fault = false;
  readonly #unaccounted = new Map<number, Fault>();

  /** Begins at the log's first byte, or at a place up to which it was verified before. */
  constructor(log: LogName, from?: LineMark) {
    this.#file = logFile(log);
    this.#position = from?.position ?? { seq: 0, hash: genesis(log), recorded_at: "" };
    this.#offset = from?.byte_offset ?? 0;
    this.#complete = { bytes: this.#offset, position: this.#position };
  }

  /** Where the last complete line or batch ends, in bytes. */
  get complete_bytes(): number {
    return this.#complete.bytes;
  }

  /** The last complete line's `seq`, hash and time. */
  get position(): ChainPosition {
    return this.#complete.position;
  }

  /**
   * Takes the next bytes of the file. Complete lines go to `on_line`, faults to `on_fault`; after a fault the
   * caller may go on, and the lines that follow are checked against what the faulty line states of itself.
   */
  push(chunk: Buffer, on_line: OnLine, on_fault: OnFault): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line_offset = this.#offset - this.#rest_bytes;
      const bytes = this.#takeRest(chunk.subarray(start, end));
      this.#offset += end + 1 - start;
      start = end + 1;
      this.#takeLine(bytes, line_offset, on_line, on_fault);
    }
    this.#keepRest(chunk.subarray(start), on_fault);
  }

  /** Says what stands at the end, once every byte was pushed. */
  finish(): LogEnd {
    const rest = Buffer.concat(this.#rest);
    const decoded = rest.length > 0 ? decodeLine(rest, this.#position) : undefined;
    const last = decoded !== undefined && "line" in decoded ? decoded.line : undefined;
    const batch_is_whole =
      last?.batch === undefined ? this.#held.length === 0 : last.batch[0] === last.batch[1];
    return {
      complete_bytes: this.#complete.bytes,
      unfinished_bytes: this.#offset - this.#complete.bytes,
      lacks_only_newline: last !== undefined && batch_is_whole && this.#continuesBatch(last),
      faults: [...this.#unaccounted.values()],
    };
  }

  /**
   * Forgets everything after the last complete line or batch, so that reading can go on from `complete_bytes`: by
   * then a writer may have finished those bytes, or cut them.
   */
  rewind(): void {
    this.#rest = [];
    this.#rest_bytes = 0;
    this.#held = [];
    this.#offset = this.#complete.bytes;
    this.#position = this.#complete.position;
  }

  #takeLine(bytes: Buffer, byte_offset: number, on_line: OnLine, on_fault: OnFault): void {
    const expected_seq = this.#position.seq + 1;
    const decoded = decodeLine(bytes, this.#position);
    if (!("line" in decoded)) {
      // The batch was whole once, since a line follows: what holds of it is given out.
      this.#release(on_line);
      on_fault(this.#fault(decoded.code, expected_seq, byte_offset, decoded.reason));
      this.#position = { ...this.#position, seq: expected_seq, hash: decoded.stated_hash };
      this.#complete = { bytes: this.#offset, position: this.#position };
      this.#after_fault = true;
      return;
    }
    const { line, erased } = decoded;
    if (!this.#continuesBatch(line) && !this.#after_fault) {
      on_fault(
        this.#fault("LOG_CORRUPT", expected_seq, byte_offset, "a batch is broken off by another line"),
      );
      this.#release(on_line);
    }
    this.#after_fault = false;
    this.#position = line;
    if (erased) {
      const reason = "erased without a line.erased event that names it";
      this.#unaccounted.set(line.seq, this.#fault("LOG_CORRUPT", line.seq, byte_offset, reason));
    }
    if (line.type === "line.erased") this.#unaccounted.delete(Number(line.event["seq"]));
    if (line.batch !== undefined && line.batch[0] !== line.batch[1]) {
      this.#held.push({ line, byte_offset });
      return;
    }
    if (this.#held.length > 0) this.#release(on_line);
    on_line(line, byte_offset);
    this.#complete = { bytes: this.#offset, position: line };
  }

  #fault(code: Fault["code"], line: number, byte_offset: number, reason: string): Fault {
    return { code, file: this.#file, line, byte_offset, reason };
  }

  /** Whether `line` is what the lines held back ask for: the next of their batch, or the first of its own. */
  #continuesBatch(line: Line): boolean {
    const open = this.#held.at(-1)?.line.batch;
    const at = line.batch?.[0] ?? 1;
    const of = line.batch?.[1] ?? 1;
    if (of > BATCH_LINES_MAX) return false;
    return open === undefined ? at === 1 : at === open[0] + 1 && of === open[1];
  }

  #release(on_line: OnLine): void {
    for (const { line, byte_offset } of this.#held) on_line(line, byte_offset);
    this.#held = [];
    this.#complete = { bytes: this.#offset, position: this.#position };
  }

  #takeRest(end_of_line: Buffer): Buffer {
    if (this.#rest_bytes === 0) return end_of_line;
    const bytes = Buffer.concat([...this.#rest, end_of_line]);
    this.#rest = [];
    this.#rest_bytes = 0;
    return bytes;
  }

  #keepRest(bytes: Buffer, on_fault: OnFault): void {
    if (bytes.length === 0) return;
    this.#offset += bytes.length;
    this.#rest_bytes += bytes.length;
    if (this.#rest_bytes <= LINE_BYTES_READ_MAX) {
      // The chunk's memory is the caller's and is used again.
      this.#rest.push(Buffer.from(bytes));
      return;
    }
    if (this.#rest.length > 0) {
      const byte_offset = this.#offset - this.#rest_bytes;
      const reason = `the line is longer than ${LINE_BYTES_READ_MAX} bytes`;
      on_fault(this.#fault("LOG_CORRUPT", this.#position.seq + 1, byte_offset, reason));
      this.#rest = [];
    }
  }
}
