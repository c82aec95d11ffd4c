import {
  BATCH_BYTES_MAX,
  type EventToAppend,
  type Line,
  toServerTime,
} from "@session-ledger/session_contract";
import type { ChainPosition } from "./line_decoder.ts";
import { encodeLine, genesis } from "./line_encoder.ts";
import type { LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

/** The lines of one append, and their bytes. */
export interface EncodedBatch {
  readonly lines: readonly Line[];
  readonly bytes: Buffer;
}

/**
 * Gives events their `seq`, time, batch and hash, as the lines that follow `position`, or as the first of a log.
 * `now_ms` is the clock; within a log, time never goes back with it.
 * @throws RecorderError `LINE_TOO_LONG`, `BATCH_TOO_LARGE`
 */
export function encodeBatch(
  log: LogName,
  events: readonly EventToAppend[],
  position: ChainPosition | undefined,
  now_ms: number,
): EncodedBatch {
  const now = toServerTime(now_ms);
  const recorded_at = position !== undefined && position.recorded_at > now ? position.recorded_at : now;
  let hash = position?.hash ?? genesis(log);
  let seq = position?.seq ?? 0;
  let byte_count = 0;
  const lines: Line[] = [];
  const chunks: Buffer[] = [];
  for (const { kind, ...event } of events) {
    seq += 1;
    const encoded = encodeLine(
      {
        ...event,
        seq,
        recorded_at,
        ...(seq === 1 && kind !== undefined && kind !== "interaction" ? { kind } : {}),
        ...(events.length > 1 ? { batch: [lines.length + 1, events.length] as const } : {}),
      },
      hash,
    );
    hash = encoded.line.hash;
    byte_count += encoded.bytes.length;
    if (byte_count > BATCH_BYTES_MAX) {
      throw new RecorderError(
        "BATCH_TOO_LARGE",
        `over ${BATCH_BYTES_MAX} bytes at event ${lines.length + 1}`,
      );
    }
    lines.push(encoded.line);
    chunks.push(encoded.bytes);
  }
  return { lines, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) };
}
