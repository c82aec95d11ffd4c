import type { SessionKind } from "@session-ledger/session_contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idempotencyScope, lineScope } from "./idempotency_scope.ts";

const log = { user_id: "u1", session_id: "sess_0000000000000001" };
const other = { user_id: "u1", session_id: "sess_0000000000000002" };
const idempotency = { key: "k", body_sha256: "0".repeat(64) };
const line = { seq: 2, type: "message.created", idempotency, event: {} };
const kinds: readonly SessionKind[] = ["interaction", "execution", "anonymous", "agent", "conversation"];

describe("the scope of a line", () => {
  test("is none without a key", () => {
    const { idempotency: _, ...keyless } = line;
    for (const kind of kinds) expect(lineScope(keyless, log, kind)).toBeUndefined();
  });

  test("is that of the request which caused it, where ids stand in the body", () => {
    const requested = idempotencyScope({ key: "k", type: "message.created" });
    for (const kind of ["interaction", "execution"] as const) {
      expect(lineScope(line, log, kind)).toBe(requested);
      expect(lineScope({ ...line, seq: 1 }, other, kind)).toBe(requested);
    }
  });

  test("holds the session where its id stands in the path, but not while the session is made", () => {
    for (const kind of ["anonymous", "agent", "conversation"] as const) {
      const path = { kind, ...log };
      expect(lineScope(line, log, kind)).toBe(idempotencyScope({ key: "k", type: line.type, path }));
      expect(lineScope(line, log, kind)).not.toBe(lineScope(line, other, kind));
      const first = { ...line, seq: 1 };
      expect(lineScope(first, log, kind)).toBe(lineScope(first, other, kind));
      expect(lineScope(first, log, kind)).not.toBe(lineScope(first, { ...log, user_id: "u2" }, kind));
    }
  });

  test("holds the agent that a session is made for", () => {
    const of = (agent_id: string) => ({ ...line, seq: 1, event: { agent_id } });
    const path = { kind: "conversation", user_id: "u1", agent_id: "a1" } as const;
    const requested = idempotencyScope({ key: "k", type: line.type, path });
    expect(lineScope(of("a1"), log, "conversation")).toBe(requested);
    expect(lineScope(of("a2"), log, "conversation")).not.toBe(requested);
  });

  test("does not hang on the body's digest, nor on content that may be erased later", () => {
    const erased = { $erased: "f".repeat(64) };
    const changed = { ...line, event: erased, idempotency: { key: "k", body_sha256: "1".repeat(64) } };
    for (const kind of kinds) expect(lineScope(changed, log, kind)).toBe(lineScope(line, log, kind));
  });
});

test("scopes are equal only for equal callers, types and keys", () => {
  const part = fc.constantFrom("a", "b", 'a","b', '"', "null", "a,b");
  const request = fc.record({ key: part, type: part, principal: fc.option(part, { nil: undefined }) });
  fc.assert(
    fc.property(request, request, (one, two) => {
      const equal = one.key === two.key && one.type === two.type && one.principal === two.principal;
      expect(idempotencyScope(one) === idempotencyScope(two)).toBe(equal);
    }),
  );
});
