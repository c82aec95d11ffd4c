import {
  A3CPMessageSchema,
  SessionManagerDeleteOutputSchema,
  SessionManagerEndOutputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeOutputSchema,
  SessionManagerStartOutputSchema,
} from "@session-ledger/session_contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Command } from "./commands.ts";
import { SessionRejected } from "./session_rejected.ts";
import { claimOf, fold } from "./session_state.ts";
import { CAUSE, TestLedger, uuid } from "./test_ledger.ts";

const user_id = fc.constantFrom("mira", "jonas", "elias");
const performer_id = fc.constantFrom("carer", "system", " a b ");

/** Which session a step means: the nth that was started, counted from the last, or one that never was. */
const target = fc.option(fc.nat({ max: 5 }), { freq: 8 });

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("start" as const),
      user_id,
      performer_id,
      kind: fc.constantFrom("interaction" as const, "execution" as const),
      notes: fc.string(),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      act: fc.constantFrom("end" as const, "pause" as const, "resume" as const, "delete" as const),
      user_id,
      performer_id,
      target,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant("append" as const),
      user_id,
      performer_id,
      target,
      record: fc.nat({ max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("record" as const), target, type: fc.constant("moon.risen") }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const outputs = {
  "session.started": SessionManagerStartOutputSchema,
  "session.ended": SessionManagerEndOutputSchema,
  "session.paused": SessionManagerPauseOutputSchema,
  "session.resumed": SessionManagerResumeOutputSchema,
  "session.deleted": SessionManagerDeleteOutputSchema,
  "message.appended": A3CPMessageSchema,
};

function sessionAt(ledger: TestLedger, nth: number | null): string {
  const started = [...ledger.logs.keys()];
  return (nth === null ? undefined : started.at(-1 - nth)) ?? "sess_unknown";
}

function commandOf(each: Exclude<Step, { act: "record" }>, ledger: TestLedger): Command {
  const { user_id: user, performer_id: performer } = each;
  const base = { user_id: user, performer_id: performer };
  switch (each.act) {
    case "start":
      return { type: "start", input: { ...base, kind: each.kind, session_notes: each.notes }, cause: CAUSE };
    case "append": {
      const session_id = sessionAt(ledger, each.target);
      const timestamp = "2026-03-15T09:30:00Z";
      const message = { ...base, record_id: uuid(each.record), session_id, timestamp, source: "classifier" };
      return { type: "append", message };
    }
    default:
      return { type: each.act, input: { ...base, session_id: sessionAt(ledger, each.target) }, cause: CAUSE };
  }
}

/** All that a ledger holds, for comparing before and after. */
function contentOf({ logs, states, claims, stamp }: TestLedger) {
  return structuredClone({ logs, states, claims, draws: stamp.draws });
}

/** Takes one step, and tells what came of it. */
function take(each: Step, ledger: TestLedger): "accepted" | "recorded" | string {
  if (each.act === "record") {
    const session_id = sessionAt(ledger, each.target);
    if (ledger.logs.has(session_id)) ledger.record(session_id, { type: each.type, event: {} });
    return "recorded";
  }
  const before = contentOf(ledger);
  const outcome = ledger.submit(commandOf(each, ledger));
  if (!(outcome instanceof SessionRejected)) return "accepted";
  expect(contentOf(ledger)).toEqual(before);
  return outcome.code;
}

const histories = fc.array(step, { maxLength: 60, size: "max" });

test("any history of commands leaves a ledger that replays to its live state", () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(histories, (steps) => {
      const ledger = new TestLedger();
      for (const each of steps) outcomes.add(take(each, ledger));

      const holders = new Map<string, string>();
      for (const [session_id, lines] of ledger.logs) {
        const replayed = fold(lines);
        expect(replayed).toEqual(ledger.state(session_id));
        expect(lines.map((line) => line.seq)).toEqual(lines.map((_, at) => at + 1));

        const count = (type: string): number => lines.filter((line) => line.type === type).length;
        expect(count("session.started")).toBe(1);
        expect(count("session.ended")).toBeLessThanOrEqual(1);
        expect(count("session.deleted")).toBeLessThanOrEqual(count("session.ended"));
        expect(count("session.paused") - count("session.resumed")).toBeOneOf([0, 1]);

        const claim = claimOf(replayed);
        if (claim === undefined) continue;
        expect(holders.has(claim)).toBe(false);
        holders.set(claim, session_id);
      }
      expect(holders).toEqual(ledger.claims);
    }),
    { numRuns: 500 },
  );
  // Each outcome must be reached, or the property says nothing of it.
  expect([...outcomes].sort()).toEqual([
    "ILLEGAL_TRANSITION",
    "RECORD_ID_REUSED",
    "SESSION_ALREADY_ACTIVE",
    "SESSION_ALREADY_CLOSED",
    "SESSION_ALREADY_ENDED",
    "SESSION_NOT_FOUND",
    "SESSION_PAUSED",
    "SESSION_USER_MISMATCH",
    "accepted",
    "recorded",
  ]);
});

test("every event of any history matches its schema, and no boundary event's record_id comes twice", () => {
  fc.assert(
    fc.property(histories, (steps) => {
      const ledger = new TestLedger();
      for (const each of steps) take(each, ledger);
      const issued: unknown[] = [];
      for (const line of [...ledger.logs.values()].flat()) {
        const schema = outputs[line.type as keyof typeof outputs];
        if (schema === undefined) continue;
        expect(schema.safeParse(line.event).error).toBeUndefined();
        if (line.type !== "message.appended") issued.push(line.event["record_id"]);
      }
      expect(new Set(issued).size).toBe(issued.length);
    }),
  );
});
