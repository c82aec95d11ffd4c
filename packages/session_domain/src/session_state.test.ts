import type { JsonObject, RecordedEvent } from "@session-ledger/session_contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claimOf, evolve, fold, INITIAL_STATE, isOpen, type SessionState } from "./session_state.ts";
import { frozen } from "./test_ledger.ts";

const RECORDED_AT = "2026-11-21T09:30:00.000Z";
const TYPES = [
  "session.started",
  "session.start_repeated",
  "session.ended",
  "session.paused",
  "session.resumed",
  "session.deleted",
  "message.appended",
  "message.appended_late",
  "line.erased",
  "moon.risen",
] as const;

const line = (seq: number, type: string, event: JsonObject = {}): RecordedEvent => ({
  seq,
  recorded_at: RECORDED_AT,
  type,
  event,
});
const started = line(1, "session.started", {
  user_id: "mira",
  session_id: "sess_1",
  performer_id: "carer",
  start_time: "2026-11-21T09:29:59.000Z",
});
const ACTIVE = fold([started]);

describe("a life", () => {
  test("begins with the start's own time and performer", () => {
    expect(ACTIVE).toEqual({
      ...INITIAL_STATE,
      status: "active",
      seq: 1,
      user_id: "mira",
      session_id: "sess_1",
      started_at: "2026-11-21T09:29:59.000Z",
      started_by: "carer",
    });
  });

  test("ends with the end's own time, performer and trigger", () => {
    const ended = {
      ...line(2, "session.ended", { performer_id: "system", end_time: "2026-11-21T09:31:00.000Z" }),
      cause: { trigger: "system_timeout" as const },
    };
    expect(evolve(ACTIVE, ended)).toEqual({
      ...ACTIVE,
      status: "stopped",
      seq: 2,
      ended_at: "2026-11-21T09:31:00.000Z",
      ended_by: "system",
      ended_through: "system_timeout",
    });
  });

  test("says since when it is paused, and no longer once it goes on or ends", () => {
    const paused = evolve(ACTIVE, line(2, "session.paused", { pause_time: "2026-11-21T09:30:30.000Z" }));
    expect(paused).toEqual({ ...ACTIVE, status: "paused", seq: 2, paused_at: "2026-11-21T09:30:30.000Z" });
    expect(evolve(paused, line(3, "session.resumed"))).toEqual({ ...ACTIVE, seq: 3 });
    expect(evolve(paused, line(3, "session.ended")).paused_at).toBeNull();
  });

  test("is over with its deletion, whose time and performer it keeps", () => {
    const stopped = evolve(ACTIVE, line(2, "session.ended"));
    const event = { performer_id: "carer", delete_time: "2026-11-21T09:32:00.000Z" };
    expect(evolve(stopped, line(3, "session.deleted", event))).toEqual({
      ...stopped,
      status: "deleted",
      seq: 3,
      deleted_at: "2026-11-21T09:32:00.000Z",
      deleted_by: "carer",
    });
  });

  test("whose content was erased still has its times, from the lines", () => {
    const erased = { $erased: "a".repeat(64) };
    const state = fold([line(1, "session.started", erased), line(2, "session.ended", erased)]);
    expect(state).toMatchObject({ status: "stopped", started_at: RECORDED_AT, ended_at: RECORDED_AT });
    expect(evolve(state, line(3, "session.deleted", erased)).deleted_at).toBe(RECORDED_AT);
    expect(evolve(ACTIVE, line(2, "session.paused", erased)).paused_at).toBe(RECORDED_AT);
  });

  test("keeps the kind that its first line names", () => {
    expect(fold([{ ...started, kind: "agent" }]).kind).toBe("agent");
  });
});

describe("events move a session only from where they belong", () => {
  const PAUSED = fold([line(2, "session.paused")], ACTIVE);
  const STOPPED = fold([line(2, "session.ended")], ACTIVE);
  const DELETED = fold([line(3, "session.deleted")], STOPPED);
  const moves: Record<string, string> = {
    "none session.started": "active",
    "active session.ended": "stopped",
    "active session.paused": "paused",
    "paused session.resumed": "active",
    "paused session.ended": "stopped",
    "stopped session.deleted": "deleted",
  };
  const states = [INITIAL_STATE, ACTIVE, PAUSED, STOPPED, DELETED];
  const pairs = states.flatMap((state) => TYPES.map((type) => ({ status: state.status, type, state })));

  test.each(pairs)("$type on a session that is $status", ({ state, status, type }) => {
    const next = evolve(frozen(state), frozen(line(state.seq + 1, type)));
    expect(next.status).toBe(moves[`${status} ${type}`] ?? status);
    expect(next.seq).toBe(state.seq + 1);
    if (!(`${status} ${type}` in moves)) expect({ ...next, seq: state.seq }).toEqual(state);
  });
});

describe("a claim", () => {
  const imported = { recorded_at: RECORDED_AT, source_line: 1 };
  test.each<[string, SessionState, string | undefined]>([
    ["is held while active", ACTIVE, "active:mira"],
    ["is held while paused", fold([line(2, "session.paused")], ACTIVE), "active:mira"],
    ["is held by executions too", fold([{ ...started, kind: "execution" }]), "active:mira"],
    ["is not held by a stopped session", fold([line(2, "session.ended")], ACTIVE), undefined],
    ["is not held before the start", INITIAL_STATE, undefined],
    ["is not held by an anonymous session", fold([{ ...started, kind: "anonymous" }]), undefined],
    ["is not held by an agent's session", fold([{ ...started, kind: "agent" }]), undefined],
    ["is not held by a conversation", fold([{ ...started, kind: "conversation" }]), undefined],
    ["is not held by an imported session", fold([{ ...started, imported }]), undefined],
  ])("%s", (_, state, claim) => {
    expect(claimOf(state)).toBe(claim);
  });
});

describe("whatever the lines say", () => {
  const event = fc.oneof(
    fc.dictionary(
      fc.constantFrom("user_id", "session_id", "performer_id", "start_time", "end_time", "$erased", "x"),
      fc.jsonValue({ maxDepth: 1 }),
    ),
    fc.object({ maxDepth: 1 }),
  );
  const junk = fc.record(
    {
      seq: fc.nat(),
      recorded_at: fc.string(),
      type: fc.oneof(fc.constantFrom(...TYPES), fc.string(), fc.constantFrom("__proto__", "toString")),
      kind: fc.jsonValue({ maxDepth: 1 }),
      cause: fc.jsonValue({ maxDepth: 1 }),
      imported: fc.jsonValue({ maxDepth: 1 }),
      event,
    },
    { requiredKeys: ["seq", "recorded_at", "type", "event"] },
  ) as fc.Arbitrary<RecordedEvent>;

  test("evolve never throws, changes nothing it was given, and keeps the state's shape", () => {
    const keys = Object.keys(INITIAL_STATE);
    fc.assert(
      fc.property(fc.array(junk), (lines) => {
        let state: SessionState = frozen({ ...INITIAL_STATE });
        for (const each of lines) {
          state = frozen(evolve(state, frozen(each)));
          expect(Object.keys(state)).toEqual(keys);
          expect(state.seq).toBe(each.seq);
          expect(isOpen(state)).toBe(state.status === "active" || state.status === "paused");
        }
        expect(fold(lines)).toEqual(state);
      }),
      { numRuns: 500 },
    );
  });

  test("folding in two parts is folding at once", () => {
    fc.assert(
      fc.property(fc.array(junk), fc.array(junk), (before, after) => {
        expect(fold(after, fold(before))).toEqual(fold([...before, ...after]));
      }),
    );
  });
});
