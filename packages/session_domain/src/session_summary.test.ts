import { SessionSummarySchema } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { fold, INITIAL_STATE } from "./session_state.ts";
import { summaryOf } from "./session_summary.ts";

const WHEREABOUTS = { user_id: "mira", session_id: "sess_1", recorded_at: "2026-11-21T09:30:00.000Z" };
const started = { seq: 1, recorded_at: WHEREABOUTS.recorded_at, type: "session.started" };

test("a summary tells the state, and the last line's time", () => {
  const state = fold([
    { ...started, event: { performer_id: "carer", start_time: "2026-11-21T09:29:59.000Z" } },
  ]);
  expect(SessionSummarySchema.parse(summaryOf(state, WHEREABOUTS))).toEqual({
    session_id: "sess_1",
    user_id: "mira",
    kind: "interaction",
    state: "active",
    seq: 1,
    started_at: "2026-11-21T09:29:59.000Z",
    started_by: "carer",
    paused_at: null,
    ended_at: null,
    ended_by: null,
    ended_through: null,
    deleted_at: null,
    deleted_by: null,
    archived_at: null,
    updated_at: "2026-11-21T09:30:00.000Z",
    imported: false,
  });
});

test("an erased first line leaves the session its names", () => {
  const state = fold([{ ...started, event: { $erased: "a".repeat(64) } }]);
  expect(summaryOf(state, WHEREABOUTS)).toMatchObject({ user_id: "mira", session_id: "sess_1" });
});

test("an archived session says since when", () => {
  const archived_at = "2026-11-22T00:00:00.000Z";
  const state = fold([{ ...started, event: {} }]);
  expect(summaryOf(state, { ...WHEREABOUTS, archived_at }).archived_at).toBe(archived_at);
});

test("what has no event is no session", () => {
  expect(() => summaryOf(INITIAL_STATE, WHEREABOUTS)).toThrow(RangeError);
});
