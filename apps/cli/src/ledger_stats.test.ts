import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { LedgerTally, LogTally, quantile } from "./ledger_stats.ts";

function tally(
  events: readonly (Pick<EventToAppend, "type" | "event"> & Partial<EventToAppend>)[],
): LogTally {
  const log = new LogTally();
  events.forEach((event, index) => {
    const line: Line = { ...event, seq: index + 1, recorded_at: `2026-11-21T10:00:0${index}.000Z`, hash: "" };
    log.add(line);
  });
  return log;
}

const imported = { recorded_at: "2026-11-21T08:00:00.000Z", source_line: 1 };
const started = { type: "session.started", event: { timestamp: "2026-11-21T08:00:00.000Z" } };
const ended = {
  type: "session.ended",
  event: { timestamp: "2026-11-21T08:00:09.500000Z", end_time: "2026-03-15T09:30:00Z" },
};

test("a duration is taken from the server's times, not from the client's end_time", () => {
  expect(tally([started, ended]).duration_seconds).toBe(9.5);
  expect(
    tally([
      { ...started, imported },
      { ...ended, imported },
    ]).duration_seconds,
  ).toBe(9.5);
});

test("an end that the import made up says nothing of a duration, and neither does an open session", () => {
  expect(tally([{ ...started, imported }, ended]).duration_seconds).toBeUndefined();
  expect(tally([started]).duration_seconds).toBeUndefined();
});

test("a ledger's numbers add up", () => {
  const ledger = new LedgerTally();
  ledger.add("u1", tally([started, { type: "message.appended", event: {} }, ended]), {
    bytes: 30,
    faults: 0,
  });
  ledger.add("u1", tally([{ ...started, kind: "agent" }]), { bytes: 10, faults: 2 });
  expect(ledger.report()).toEqual({
    sessions: 2,
    users: 1,
    sessions_by_state: { active: 1, stopped: 1 },
    sessions_by_kind: { agent: 1, interaction: 1 },
    events: 4,
    events_by_type: { "message.appended": 1, "session.ended": 1, "session.started": 2 },
    bytes: 40,
    first_recorded_at: "2026-11-21T10:00:00.000Z",
    last_recorded_at: "2026-11-21T10:00:02.000Z",
    durations: { sessions: 1, median_seconds: 9.5, p95_seconds: 9.5 },
    faults: 2,
  });
});

test("a quantile is a value that occurred", () => {
  const values = Array.from({ length: 20 }, (_, index) => index + 1);
  expect([quantile(values, 0.5), quantile(values, 0.95), quantile([], 0.5)]).toEqual([10, 19, null]);
});
