import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOwner, isSessionId, RecordIdSchema, SessionIdSchema, UserIdSchema } from "./ids.ts";

const HOSTILE = [
  "",
  ".",
  "..",
  "../x",
  "a/b",
  "a\\b",
  "a\u0000",
  "a\n",
  "\na",
  "%2e%2e",
  "a b",
  "ä",
  "~a",
  "-a ",
];

test.each(HOSTILE)("%j names neither a user nor a session nor an owner", (id) => {
  expect(UserIdSchema.safeParse(id).success).toBe(false);
  expect(SessionIdSchema.safeParse(id).success).toBe(false);
  expect(isSessionId(id)).toBe(false);
  expect(isOwner(id)).toBe(false);
});

describe("owners", () => {
  test.each(["mira.k", "_anonymous", "_agents", "_agents.mira.k"])("%s may own a log", (owner) => {
    expect(isOwner(owner)).toBe(true);
  });

  test.each(["_", "_mira", "_anonymous.mira", "_agents.", "_agents..", "_agents._agents", "_agents\n"])(
    "%j may not own a log",
    (owner) => {
      expect(isOwner(owner)).toBe(false);
    },
  );

  test("no client can name one of the ledger's own", () => {
    expect(UserIdSchema.safeParse("_anonymous").success).toBe(false);
  });
});

test("lengths end at 128 for a user and at 255 for a session", () => {
  expect(UserIdSchema.safeParse("u".repeat(128)).success).toBe(true);
  expect(UserIdSchema.safeParse("u".repeat(129)).success).toBe(false);
  expect(SessionIdSchema.safeParse("s".repeat(255)).success).toBe(true);
  expect(SessionIdSchema.safeParse("s".repeat(256)).success).toBe(false);
});

test("whatever is taken as an id is one name in one folder", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), (id) => {
      const names = UserIdSchema.safeParse(id).success || isSessionId(id) || isOwner(id);
      if (names) expect(id).toMatch(/^(?!\.{1,2}$)[\w.-]+$/);
    }),
  );
});

test("a record's id is a random UUID", () => {
  expect(RecordIdSchema.safeParse("72245cf1-01d7-4868-a55a-1f761de959db").success).toBe(true);
  expect(RecordIdSchema.safeParse("c232ab00-9414-11ec-b3c8-9f6bdeced846").success).toBe(false);
});
