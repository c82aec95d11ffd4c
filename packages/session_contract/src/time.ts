import { z } from "zod";

/** A time that the server made: UTC, ISO 8601, milliseconds, `Z`. */
export const ServerTimeSchema = z.iso.datetime({
  precision: 3,
  error: "must be UTC with milliseconds, 2026-11-21T09:30:00.123Z",
});

const DATE =
  "(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8])))";
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?";
const ZONE = "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";

/** A time that a client or the upstream service made: ISO 8601 with a zone, 0 to 6 fraction digits. */
export const ClientTimeSchema = z
  .string()
  .regex(
    new RegExp(`^${DATE}T${TIME}${ZONE}$`),
    "must be an ISO 8601 time with a zone and at most 6 fraction digits",
  );

let last_time = { epoch_ms: Number.NaN, text: "" };

/** Milliseconds since the epoch as the ledger writes them. Under load many events share a millisecond. */
export function toServerTime(epoch_ms: number): string {
  if (epoch_ms !== last_time.epoch_ms) last_time = { epoch_ms, text: new Date(epoch_ms).toISOString() };
  return last_time.text;
}
