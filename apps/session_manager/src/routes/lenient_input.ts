import type { JsonValue } from "@session-ledger/session_contract";

/** What upstream A3CP clients send with a boundary command although only the server sets it. */
const CLIENT_TIMES = new Set(["timestamp", "start_time", "end_time"]);

/** A boundary command without the times that the client sent. They are ignored, whatever they hold. */
export function withoutClientTimes(body: JsonValue | undefined): JsonValue | undefined {
  if (body === null || typeof body !== "object" || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !CLIENT_TIMES.has(name)));
}
