import { type AuditEntry, AuditEntrySchema, type RecordedEvent } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { transitionOf } from "./audit.ts";
import { evolve, INITIAL_STATE } from "./session_state.ts";

const AT = "2026-11-21T09:30:00.000Z";

function line(seq: number, type: string, more: Partial<RecordedEvent> = {}): RecordedEvent {
  const cause = { trigger: "user_action" } as const;
  return { seq, recorded_at: AT, type, cause, event: { performer_id: "carer" }, ...more };
}

function auditOf(...lines: RecordedEvent[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  let state = INITIAL_STATE;
  for (const each of lines) {
    const entry = transitionOf("sess_1", state, each);
    if (entry !== undefined) entries.push(AuditEntrySchema.parse(entry));
    state = evolve(state, each);
  }
  return entries;
}

test("the trail of a life has each transition, from nothing on, and no other line", () => {
  const entries = auditOf(
    line(1, "session.started"),
    line(2, "message.appended"),
    line(3, "session.paused", { event: { performer_id: "carer", reason: "lunch" } }),
    line(4, "session.paused"),
    line(5, "session.resumed"),
    line(6, "session.ended", { cause: { trigger: "system_timeout" }, event: { performer_id: "system" } }),
    line(7, "session.resumed"),
    line(8, "session.deleted", { event: { performer_id: "carer", reason: null } }),
  );
  expect(entries.map((entry) => Object.values(entry))).toEqual([
    ["sess_1", AT, null, "active", "user_action", "carer", null],
    ["sess_1", AT, "active", "paused", "user_action", "carer", "lunch"],
    ["sess_1", AT, "paused", "active", "user_action", "carer", null],
    ["sess_1", AT, "active", "stopped", "system_timeout", "system", null],
    ["sess_1", AT, "stopped", "deleted", "user_action", "carer", null],
  ]);
});

test("the cause comes before the event, and an import counts as one without it", () => {
  const imported = { recorded_at: AT, source_line: 1 };
  const [start, end] = auditOf(
    { seq: 1, recorded_at: AT, type: "session.started", imported, event: {} },
    line(2, "session.ended", {
      cause: { trigger: "operator", principal: "key-7", reason: "clean-up" },
      event: { reason: "other" },
    }),
  );
  expect(start).toMatchObject({ trigger: "import", actor: null, reason: null });
  expect(end).toMatchObject({ trigger: "operator", actor: "key-7", reason: "clean-up" });
});

test("erased content leaves what the line itself says", () => {
  const event = { $erased: "a".repeat(64) };
  const [start, end] = auditOf(
    line(1, "session.started", { event }),
    line(2, "session.ended", { event, cause: { trigger: "system_timeout" } }),
  );
  expect(start).toMatchObject({ trigger: "user_action", actor: null, reason: null });
  expect(end).toMatchObject({ trigger: "system_timeout", actor: "system" });
});

test("a line without a cause has no trigger", () => {
  const [start] = auditOf({ seq: 1, recorded_at: AT, type: "session.started", event: { performer_id: "p" } });
  expect(start).toMatchObject({ old_state: null, new_state: "active", trigger: null, actor: "p" });
});
