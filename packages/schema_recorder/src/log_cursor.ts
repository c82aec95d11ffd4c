import type { Line } from "@session-ledger/session_contract";
import { giveChunk, takeChunk } from "./chunk_pool.ts";
import { systemCode } from "./disk.ts";
import type { ChainPosition } from "./line_decoder.ts";
import type { LineMark, LogMarks } from "./line_marks.ts";
import { logFile } from "./log_paths.ts";
import { type LogEnd, LogScanner, type OnFault, type OnLine } from "./log_scanner.ts";
import type { ReadableFile, ReadDisk } from "./read_disk.ts";
import type { Fault, LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

/** Where a cursor begins, and what it leaves behind. */
export interface CursorOptions {
  /** A place up to which the log was verified before. Default: its first byte. */
  readonly from?: LineMark | undefined;
  /** Where it notes the places that it passes. */
  readonly marks?: LogMarks | undefined;
}

/** A place in an open log, up to which it was read and verified; it can go on when the log has grown. */
export class LogCursor {
  readonly #file: ReadableFile;
  readonly #log: LogName;
  readonly #scanner: LogScanner;
  readonly #end: () => number;
  readonly #marks: LogMarks | undefined;
  /** The last line that was given out. */
  #passed: ChainPosition;

  private constructor(file: ReadableFile, log: LogName, end: () => number, options: CursorOptions) {
    this.#file = file;
    this.#log = log;
    this.#scanner = new LogScanner(log, options.from);
    this.#end = end;
    this.#marks = options.marks;
    this.#passed = this.#scanner.position;
  }

  /**
   * Opens a log, at its start unless told otherwise. `end` says up to which byte it may be read, asked anew each time: the writer itself
   * gives out nothing that is not durable. Default: the end of the file.
   * @throws RecorderError `LOG_NOT_FOUND`, `STORE_UNAVAILABLE`
   */
  static async open(
    disk: ReadDisk,
    path: string,
    log: LogName,
    end: () => number = () => Number.POSITIVE_INFINITY,
    options: CursorOptions = {},
  ): Promise<LogCursor> {
    try {
      return new LogCursor(await disk.open(path, "read"), log, end, options);
    } catch (error) {
      if (systemCode(error) === "ENOENT") throw new RecorderError("LOG_NOT_FOUND", path);
      throw new RecorderError("STORE_UNAVAILABLE", `cannot open ${path}`, { cause: error });
    }
  }

  get scanner(): LogScanner {
    return this.#scanner;
  }

  /**
   * The lines from here to the log's present end, in groups as they come off the disk. Called again, it goes on
   * with the lines that were added since.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED` at the first fault; the lines
   *   before it are given
   */
  async *advance(): AsyncGenerator<readonly Line[], void> {
    let lines: Line[] = [];
    for await (const _ of this.#verified((line) => lines.push(line))) {
      if (lines.length > 0) yield lines;
      lines = [];
    }
  }

  /**
   * Gives each line from here to the log's present end to `take`, which says whether it wants more. A line is
   * dropped before the next is decoded, so this is the fastest way to read a log.
   * @throws RecorderError as `advance` does
   */
  async drain(take: (line: Line) => boolean): Promise<void> {
    let wants_more = true;
    const chunks = this.#verified((line) => {
      if (wants_more) wants_more = take(line);
    });
    for await (const _ of chunks) if (!wants_more) return;
  }

  /** Reads to the end whatever is wrong on the way, and tells what stands there. */
  async inspect(on_line: OnLine, on_fault: OnFault): Promise<LogEnd> {
    this.#scanner.rewind();
    for await (const chunk of this.#chunks()) this.#scanner.push(chunk, on_line, on_fault);
    const end = this.#scanner.finish();
    end.faults.forEach(on_fault);
    return end;
  }

  /**
   * Yields once for each chunk, after its lines were given to `take`.
   * @throws RecorderError at the first fault, once the lines before it were yielded for
   */
  async *#verified(take: (line: Line) => void): AsyncGenerator<void, void> {
    this.#scanner.rewind();
    let first_fault: Fault | undefined;
    const on_line: OnLine = (line, byte_offset) => {
      if (first_fault !== undefined) return;
      if ((line.batch?.[0] ?? 1) === 1) this.#marks?.note(byte_offset, this.#passed);
      this.#passed = line;
      take(line);
    };
    const on_fault: OnFault = (fault) => {
      first_fault ??= fault;
    };
    for await (const chunk of this.#chunks()) {
      this.#scanner.push(chunk, on_line, on_fault);
      yield;
      if (first_fault !== undefined) throw faultError(first_fault);
    }
  }

  /**
   * The file's bytes from `start` up to `end`, of lines that `advance` has given.
   * @throws RecorderError `LOG_TRUNCATED` if they are gone
   */
  async bytes(start: number, end: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(end - start);
    for (let length = 0; length < bytes.length; ) {
      const count = await this.#file.read(bytes.subarray(length), start + length);
      if (count === 0) throw new RecorderError("LOG_TRUNCATED", `${logFile(this.#log)} was cut while read`);
      length += count;
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /**
   * The file's bytes from the last complete line on; each chunk is overwritten by the next, and is pushed by then.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED` if no line ends where the caller knows that one does
   */
  async *#chunks(): AsyncGenerator<Buffer, void> {
    const chunk = takeChunk();
    try {
      let offset = this.#scanner.complete_bytes;
      while (true) {
        const end = this.#end();
        const wanted = Math.min(chunk.length, end - offset);
        const count = wanted > 0 ? await this.#file.read(chunk.subarray(0, wanted), offset) : 0;
        if (count === 0) {
          this.#assertWhole(end, wanted);
          return;
        }
        offset += count;
        yield chunk.subarray(0, count);
      }
    } finally {
      giveChunk(chunk);
    }
  }

  #assertWhole(end: number, wanted: number): void {
    const { complete_bytes, position } = this.#scanner;
    if (complete_bytes >= end || end === Number.POSITIVE_INFINITY) return;
    throw faultError({
      code: wanted > 0 ? "LOG_TRUNCATED" : "LOG_CORRUPT",
      file: logFile(this.#log),
      line: position.seq + 1,
      byte_offset: complete_bytes,
      reason: `the log is complete to byte ${complete_bytes}, and was acknowledged to byte ${end}`,
    });
  }
}

/** A fault as the error that refuses the log: the operator reads where it is, the client reads no path. */
export function faultError(fault: Fault): RecorderError {
  const place = `line ${fault.line}, byte ${fault.byte_offset}`;
  const code = fault.code === "LOG_TORN" ? "LOG_CORRUPT" : fault.code;
  return new RecorderError(code, `${fault.file}, ${place}: ${fault.reason}`, {
    detail: `The session's log cannot be used (${place}): ${fault.reason}.`,
  });
}
