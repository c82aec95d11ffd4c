import type { Line } from "@session-ledger/session_contract";
import { disagreement, type KnownEnd } from "./known_end.ts";
import type { LogCursor } from "./log_cursor.ts";
import type { LogEnd } from "./log_scanner.ts";
import type { Fault, LogName } from "./recorder.ts";

/** How many faults of one log are listed. A log with more is beyond repair by reading the list. */
const FAULTS_LISTED_MAX = 1_000;

/** What verifying a log found. */
export interface LogReport {
  readonly log: LogName;
  /** Relative to the log root. */
  readonly file: string;
  readonly lines: number;
  readonly bytes: number;
  /** How many of the bytes a recovery would keep: all but an unfinished line or batch at the end. */
  readonly kept_bytes: number;
  readonly faults: readonly Fault[];
  /** Whether the log ends in bytes that a living writer is still writing; they are no fault. */
  readonly in_flight: boolean;
}

export interface VerifyOptions {
  /** Whether a writer lives, so that an unfinished end is in flight. */
  readonly writer_lives: boolean;
  /** The log's end as the catalog knows it. */
  readonly known?: KnownEnd | undefined;
  /** Says what else is wrong with a line whose place in the chain is right. */
  readonly check?: (line: Line) => string | undefined;
}

/** Reads a whole log and lists every fault: of the chain, of the order, of the end, and of the caller's check. */
export async function verifyLog(
  cursor: LogCursor,
  found: { log: LogName; file: string },
  options: VerifyOptions,
): Promise<LogReport> {
  const faults: Fault[] = [];
  const report = (fault: Fault): void => {
    if (faults.length < FAULTS_LISTED_MAX) faults.push(fault);
  };
  let lines = 0;
  let known_hash: string | undefined;
  const end = await cursor.inspect((line, byte_offset) => {
    lines += 1;
    if (line.seq === options.known?.seq) known_hash = line.hash;
    const reason = options.check?.(line);
    if (reason !== undefined) {
      report({ code: "LOG_CORRUPT", file: found.file, line: line.seq, byte_offset, reason });
    }
  }, report);
  const bytes = end.complete_bytes + end.unfinished_bytes;
  const next_line = cursor.scanner.position.seq + 1;
  if (options.known !== undefined && faults.length === 0 && known_hash !== options.known.hash) {
    report(disagreement(found.file, next_line, end.complete_bytes, options.known));
  }
  // A damaged log is changed by nobody, and what is whole but for its newline gets it.
  const keeps_end = !options.writer_lives && (faults.length > 0 || end.lacks_only_newline);
  const unfinished = end.unfinished_bytes > 0 || bytes === 0;
  if (unfinished && !options.writer_lives) {
    report({
      code: "LOG_TORN",
      file: found.file,
      line: next_line,
      byte_offset: end.complete_bytes,
      reason: tornReason(end),
    });
  }
  return {
    log: found.log,
    file: found.file,
    lines,
    bytes,
    kept_bytes: keeps_end ? bytes : end.complete_bytes,
    faults,
    in_flight: unfinished && options.writer_lives,
  };
}

function tornReason(end: LogEnd): string {
  if (end.unfinished_bytes === 0) return "the log is empty";
  return end.lacks_only_newline ? "the last line lacks its newline" : "the last line or batch is unfinished";
}
