import { ClientTimeSchema, ServerTimeSchema, toServerTime } from "@session-ledger/session_contract";
import { z } from "zod";

const TIME = /^(\S+)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * A time of a table, as the ledger writes times: UTC, to the millisecond. ISO 8601 is taken with any offset, and so
 * is what databases write, with a space for the `T` and the offset short or left out; without one it is UTC.
 */
export const TableTimeSchema = z.string("must be a time").transform((text, context) => {
  const time = parseTime(text.trim());
  if (time !== undefined) return time;
  context.addIssue("must be a time such as 2026-03-15T09:30:00+01:00, or 2026-03-15 09:30:00 for UTC");
  return z.NEVER;
});

function parseTime(text: string): string | undefined {
  const [, date, time, offset = "Z"] = TIME.exec(text) ?? [];
  const iso = `${date}T${time}${offset.length === 1 ? offset : longOffset(offset)}`;
  if (!ClientTimeSchema.safeParse(iso).success) return undefined;
  const written = toServerTime(Date.parse(iso));
  // An offset can lead out of the years that have four digits.
  return ServerTimeSchema.safeParse(written).success ? written : undefined;
}

/** `+01`, `+0100` and `+01:00` are one offset. */
function longOffset(offset: string): string {
  return `${offset.slice(0, 3)}:${offset.slice(3).replace(":", "") || "00"}`;
}
