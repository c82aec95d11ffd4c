import { beforeEach, describe, expect, test } from "vitest";
import type { FileLine } from "../e2e/log_root_files.ts";
import { AnonymousOracle } from "./anonymous_oracle.ts";

const TIME = "2026-11-21T09:30:00.000Z";
const SESSION = { session_id: "s1", created_at: TIME };

let oracle: AnonymousOracle;
beforeEach(() => {
  oracle = new AnonymousOracle();
});

function line(session_id = "s1", key = "k1", start_time = TIME): FileLine {
  return {
    seq: 1,
    recorded_at: TIME,
    type: "session.started",
    idempotency: { key },
    event: { session_id, start_time },
  };
}

function logs(...lines: readonly FileLine[]): Map<string, readonly FileLine[]> {
  return new Map(
    lines.map((each) => [`users/_anonymous/sessions/${each.event["session_id"]}.jsonl`, [each]]),
  );
}

function create(): void {
  oracle.submitCreation("k1");
  oracle.acknowledgeCreation("k1", SESSION);
}

test("what was created stands, and what was deleted is gone", () => {
  create();
  expect(oracle.contradictions(logs(line()))).toEqual([]);
  expect([oracle.standing(), oracle.gone()]).toEqual([[SESSION], []]);
  oracle.submitDeletion("s1");
  oracle.acknowledgeDeletion("s1");
  expect(oracle.contradictions(logs())).toEqual([]);
  expect([oracle.standing(), oracle.erased(), oracle.gone()]).toEqual([[], ["s1"], ["s1"]]);
});

describe("finds", () => {
  test("a session that is lost", () => {
    create();
    expect(oracle.contradictions(logs())).toEqual([expect.stringContaining("is lost")]);
    expect(() => oracle.acknowledgeAbsence("s1")).toThrow("is lost");
  });

  test("a session that is back, once it was deleted or said to be gone", () => {
    create();
    oracle.submitDeletion("s1");
    oracle.acknowledgeAbsence("s1");
    expect(oracle.contradictions(logs(line()))).toEqual([expect.stringContaining("is back")]);
    oracle.acknowledgeDeletion("s1");
    expect(oracle.contradictions(logs(line()))).toEqual([expect.stringContaining("is back")]);
  });

  test("a second deletion that succeeds", () => {
    create();
    oracle.submitDeletion("s1");
    oracle.acknowledgeDeletion("s1");
    expect(() => oracle.acknowledgeDeletion("s1")).toThrow("deleted twice");
  });

  test.each([
    ["another id than was answered", line("s2")],
    ["another time than was answered", line("s1", "k1", "2026-11-21T09:30:00.001Z")],
  ])("%s", (_, recovered) => {
    create();
    expect(oracle.contradictions(logs(recovered))).toContainEqual(
      expect.stringContaining("is not the session that was acknowledged"),
    );
  });

  test("a session that nobody asked for, and one that was made twice", () => {
    expect(oracle.contradictions(logs(line()))).toEqual([expect.stringContaining("was never submitted")]);
    oracle.submitCreation("k1");
    expect(oracle.contradictions(logs(line("s1"), line("s2")))).toEqual([
      expect.stringContaining("its creation stands twice"),
    ]);
  });

  test("a second line, and a session in another's log", () => {
    create();
    const path = "users/_anonymous/sessions/s1.jsonl";
    expect(oracle.contradictions(new Map([[path, [line(), line()]]]))).toContainEqual(
      expect.stringContaining("has not one line"),
    );
    expect(oracle.contradictions(new Map([["users/_anonymous/sessions/s2.jsonl", [line()]]]))).toContainEqual(
      expect.stringContaining("is another session's"),
    );
  });
});

test("a recovery settles what was unknown, for good", () => {
  oracle.submitCreation("k1");
  oracle.submitCreation("k2");
  expect(oracle.settleBy(logs(line()))).toEqual({ kept: 1, dropped: 1 });
  expect(oracle.standing()).toEqual([SESSION]);
  expect(oracle.contradictions(logs(line(), line("s2", "k2")))).toEqual([expect.stringContaining("is back")]);
  oracle.submitDeletion("s1");
  expect(oracle.settleBy(logs(line()))).toEqual({ kept: 1, dropped: 0 });
  oracle.submitDeletion("s1");
  expect(oracle.settleBy(logs())).toEqual({ kept: 0, dropped: 1 });
  expect(oracle.gone()).toEqual(["s1"]);
});
