import { beforeEach, describe, expect, test } from "vitest";
import type { FileLine } from "../e2e/log_root_files.ts";
import { Oracle } from "./oracle.ts";

const NAMES = { user_id: "user-1", session_id: "s1" };
const START = line(1, "session.started", { ...NAMES, record_id: "r1", session_notes: "start" });
const FIRST = line(2, "message.appended", { ...NAMES, record_id: "first" });
const SECOND = line(3, "message.appended", { ...NAMES, record_id: "second" });
const END = line(4, "session.ended", { ...NAMES, record_id: "r4", performer_id: "end" });

/** What a client would have put into each line's command. */
const KEYS = new Map([
  [START, "start"],
  [FIRST, "first"],
  [SECOND, "second"],
  [END, "end"],
]);

let oracle: Oracle;
beforeEach(() => {
  oracle = new Oracle();
});

function line(seq: number, type: string, event: FileLine["event"]): FileLine {
  return { seq, recorded_at: "2026-11-21T09:30:00.000Z", type, event };
}

function logs(...lines: readonly FileLine[]): Map<string, readonly FileLine[]> {
  return new Map([["users/user-1/sessions/s1.jsonl", lines]]);
}

/** One client sends these one after another, and is told of each that it is recorded. */
function acknowledge(...lines: readonly FileLine[]): void {
  for (const { event, key } of lines.map((each) => ({ event: each.event, key: KEYS.get(each)! }))) {
    oracle.submit(key, NAMES.user_id);
    oracle.acknowledge(key, event);
  }
}

test("a log of what was acknowledged, in order, contradicts nothing", () => {
  acknowledge(START, FIRST, SECOND, END);
  expect(oracle.contradictions(logs(START, FIRST, SECOND, END))).toEqual([]);
});

test("what was submitted and never answered may be recovered or not, until a recovery has settled it", () => {
  acknowledge(START);
  oracle.submit("first", NAMES.user_id);
  expect(oracle.contradictions(logs(START))).toEqual([]);
  expect(oracle.contradictions(logs(START, FIRST))).toEqual([]);
  expect(oracle.settleBy(logs(START, FIRST))).toEqual({ kept: 1, dropped: 0 });
  expect(oracle.contradictions(logs(START))).toEqual(["user-1: acknowledged first is lost"]);
});

test("what a recovery dropped never comes back", () => {
  acknowledge(START);
  oracle.submit("first", NAMES.user_id);
  expect(oracle.settleBy(logs(START))).toEqual({ kept: 0, dropped: 1 });
  expect(oracle.contradictions(logs(START, FIRST))).toHaveLength(1);
});

test("events that were on their way together may stand in either order", () => {
  acknowledge(START);
  oracle.submit("first", NAMES.user_id);
  oracle.submit("second", NAMES.user_id);
  oracle.acknowledge("first", FIRST.event);
  oracle.acknowledge("second", SECOND.event);
  expect(oracle.contradictions(logs(START, { ...SECOND, seq: 2 }, { ...FIRST, seq: 3 }))).toEqual([]);
});

describe("finds", () => {
  test("an acknowledged event that is lost", () => {
    acknowledge(START, FIRST);
    expect(oracle.contradictions(logs(START))).toEqual(["user-1: acknowledged first is lost"]);
  });

  test("an event that stands twice", () => {
    acknowledge(START, FIRST);
    expect(oracle.contradictions(logs(START, FIRST, { ...FIRST, seq: 3 }))).toContainEqual(
      expect.stringContaining("first stands twice"),
    );
  });

  test("an event that no one submitted", () => {
    acknowledge(START);
    expect(oracle.contradictions(logs(START, FIRST))).toContainEqual(
      expect.stringContaining("first was never submitted"),
    );
  });

  test("an event whose command was refused", () => {
    acknowledge(START);
    oracle.submit("first", NAMES.user_id);
    oracle.refuse("first");
    expect(oracle.contradictions(logs(START, FIRST))).toContainEqual(expect.stringContaining("was refused"));
  });

  test("an event that is not the one that was acknowledged", () => {
    acknowledge(START, FIRST);
    const other = { ...FIRST, event: { ...FIRST.event, text: "another" } };
    expect(oracle.contradictions(logs(START, other))).toContainEqual(
      expect.stringContaining("not the event that was acknowledged"),
    );
  });

  test("events out of the order in which they were acknowledged", () => {
    acknowledge(START, FIRST, SECOND);
    expect(oracle.contradictions(logs(START, { ...SECOND, seq: 2 }, { ...FIRST, seq: 3 }))).toEqual([
      "users/user-1/sessions/s1.jsonl line 2: out of order",
    ]);
  });

  test("an event in another session's log", () => {
    acknowledge(START);
    const moved = new Map([["users/user-1/sessions/s2.jsonl", [START]]]);
    expect(oracle.contradictions(moved)).toContainEqual(expect.stringContaining("in another log"));
  });

  test("a gap in seq, a log without its start, and lines after the end", () => {
    acknowledge(START, FIRST, END, SECOND);
    const path = "users/user-1/sessions/s1.jsonl";
    expect(oracle.contradictions(logs(FIRST, END, SECOND))).toEqual(
      expect.arrayContaining([
        `${path}: seq has a gap`,
        `${path}: does not begin with a start`,
        `${path}: goes on after its end`,
      ]),
    );
  });

  test("a user with two open sessions", () => {
    acknowledge(START);
    oracle.submit("other", NAMES.user_id);
    const other = line(1, "session.started", { user_id: "user-1", session_id: "s2", session_notes: "other" });
    const both = logs(START).set("users/user-1/sessions/s2.jsonl", [other]);
    expect(oracle.contradictions(both)).toEqual(["user-1 has 2 open sessions"]);
  });
});
