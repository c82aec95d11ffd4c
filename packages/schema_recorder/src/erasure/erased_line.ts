import { hash as digest } from "node:crypto";
import { EVENT_MARK } from "../line_encoder.ts";

/** What stands after the event: `,"hash":"<64 hex>"}` and the newline. */
const TRAILER_BYTES = 76;

/** A line's bytes with its event replaced by the event's digest, which leaves the hash chain as it is. */
export function eraseEvent(line: Buffer): Buffer {
  const event_start = line.indexOf(EVENT_MARK) + EVENT_MARK.length;
  const event_end = line.length - TRAILER_BYTES;
  const event_digest = digest("sha256", line.subarray(event_start, event_end), "hex");
  return Buffer.concat([
    line.subarray(0, event_start),
    Buffer.from(`{"$erased":"${event_digest}"}`),
    line.subarray(event_end),
  ]);
}
