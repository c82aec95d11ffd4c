import type { EventToAppend } from "@session-ledger/session_contract";
import { ENVELOPE_BYTES_MAX, eventBytes } from "./upstream_line.ts";

export interface BatchLimits {
  readonly lines_max: number;
  readonly bytes_max: number;
}

/** Groups events into batches that one append takes, each as large as the limits allow. */
export async function* inBatches(
  events: AsyncIterable<EventToAppend>,
  { lines_max, bytes_max }: BatchLimits,
): AsyncGenerator<readonly EventToAppend[], void> {
  let batch: EventToAppend[] = [];
  let bytes = 0;
  for await (const event of events) {
    const size = lineBytesMax(event);
    if (batch.length === lines_max || (batch.length > 0 && bytes + size > bytes_max)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** How many bytes an event's line takes at most. */
export function lineBytesMax({ event }: EventToAppend): number {
  return eventBytes(event) + ENVELOPE_BYTES_MAX;
}
