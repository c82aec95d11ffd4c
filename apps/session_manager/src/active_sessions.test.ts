import { INITIAL_STATE } from "@session-ledger/session_domain";
import { describe, expect, test } from "vitest";
import { ActiveSessions } from "./active_sessions.ts";
import type { KnownSession } from "./models.ts";

function sessionOf(user_id: string, session_id: string, seq = 1): KnownSession {
  const log = { user_id, session_id };
  return { log, state: { ...INITIAL_STATE, ...log, status: "active", seq } };
}

describe("the active sessions", () => {
  test("are in the order of their last activity, also after a user's next session", () => {
    const active = new ActiveSessions();
    active.put(sessionOf("u1", "a"), 1);
    active.put(sessionOf("u2", "b"), 2);
    active.put(sessionOf("u1", "c"), 3);
    expect(active.idleSince(4).map(({ log }) => log.session_id)).toEqual(["b", "c"]);
    expect(active.idleSince(3).map(({ log }) => log.session_id)).toEqual(["b"]);
    expect(active.count).toBe(2);
  });

  test("never go back to what a log said earlier", () => {
    const active = new ActiveSessions();
    const later = sessionOf("u1", "a", 3);
    active.put(later, 1);
    active.put(sessionOf("u1", "a", 2), 2);
    expect(active.find(later.log)?.state.seq).toBe(3);
  });

  test("do not lose a user's next session when an earlier one is forgotten", () => {
    const active = new ActiveSessions();
    active.put(sessionOf("u1", "b"), 1);
    active.forget({ user_id: "u1", session_id: "a" });
    expect(active.ofUser("u1")?.log.session_id).toBe("b");
  });
});
