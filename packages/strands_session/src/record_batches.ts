import { BATCH_BYTES_MAX, BATCH_LINES_MAX, type EventToAppend } from "@session-ledger/session_contract";

/** What a line has beside its event, with room to spare. */
const LINE_OVERHEAD_BYTES = 1_024;

/** Events in rows that one append takes each, as few as may be. */
export function batchesOf(events: readonly EventToAppend[]): EventToAppend[][] {
  const batches: EventToAppend[][] = [[]];
  let bytes = 0;
  for (const each of events) {
    const size = Buffer.byteLength(JSON.stringify(each.event)) + LINE_OVERHEAD_BYTES;
    if (batches.at(-1)!.length === BATCH_LINES_MAX || bytes + size > BATCH_BYTES_MAX) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(each);
    bytes += size;
  }
  return batches;
}
