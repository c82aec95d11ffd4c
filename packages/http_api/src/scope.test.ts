import { describe, expect, test } from "vitest";
import { type Caller, LOCAL_CALLER, ROLES, type Roles } from "./caller.ts";
import { assertMayActFor, assertMayCall, onlyUserOf, userAskedFor } from "./scope.ts";

const STRANGER: Caller = { role: "stranger", showed_key: false };
const SERVICE: Caller = { role: "service", principal: "web" };
const OPERATOR: Caller = { role: "operator", principal: "ops" };
const ADA: Caller = { role: "user", principal: "ada-phone", user_id: "ada" };
const CALLERS = { local: LOCAL_CALLER, stranger: STRANGER, service: SERVICE, user: ADA, operator: OPERATOR };

/** The code that a rule refuses with, `ok` if it does not. */
function codeOf(rule: () => unknown): string {
  try {
    rule();
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Every set of roles that an operation may declare. */
const DECLARED: readonly Roles[] = [
  "anyone",
  ...ROLES.map((role): Roles => [role]),
  ["service", "user"],
  ["service", "operator"],
  ["user", "operator"],
  ["service", "user", "operator"],
];

describe("an operation", () => {
  const pairs = DECLARED.flatMap((roles) => Object.values(CALLERS).map((caller) => ({ roles, caller })));

  test.each(pairs)("for $roles answers a $caller.role as it declares", ({ roles, caller }) => {
    const expected = () => {
      if (roles === "anyone" || caller.role === "local") return "ok";
      if (caller.role === "stranger") return "UNAUTHENTICATED";
      return roles.includes(caller.role) ? "ok" : "FORBIDDEN_ROLE";
    };
    expect(codeOf(() => assertMayCall(caller, roles))).toBe(expected());
  });

  test("tells a key that is not known from one that is missing", () => {
    const refused = (caller: Caller) => () => assertMayCall(caller, ["service"]);
    expect(refused({ role: "stranger", showed_key: true })).toThrow(
      expect.objectContaining({ detail: "The key is not known here." }),
    );
    expect(refused(STRANGER)).toThrow(
      expect.objectContaining({ detail: expect.stringContaining("Send a key") }),
    );
  });
});

describe("a caller", () => {
  const acts = [
    { user_id: "ada", performer_id: "carer-1", user: "ok" },
    { user_id: "ada", performer_id: "system", user: "FORBIDDEN_PERFORMER" },
    { user_id: "ada", performer_id: null, user: "ok" },
    { user_id: "Ada", performer_id: "carer-1", user: "FORBIDDEN_USER" },
    { user_id: "bob", performer_id: "system", user: "FORBIDDEN_USER" },
  ];
  test.each(acts)("acts for $user_id through $performer_id as its role lets it", ({ user, ...act }) => {
    expect(codeOf(() => assertMayActFor(ADA, act))).toBe(user);
    for (const caller of [LOCAL_CALLER, SERVICE, OPERATOR]) {
      expect(codeOf(() => assertMayActFor(caller, act))).toBe("ok");
    }
    expect(codeOf(() => assertMayActFor(STRANGER, act))).toBe("UNAUTHENTICATED");
  });

  test("sees every user's sessions, but for a user, who sees its own, and a stranger, who sees none", () => {
    for (const caller of [LOCAL_CALLER, SERVICE, OPERATOR]) expect(onlyUserOf(caller)).toBeUndefined();
    expect(onlyUserOf(ADA)).toBe("ada");
    expect(codeOf(() => onlyUserOf(STRANGER))).toBe("UNAUTHENTICATED");
  });

  test("that names no user asks for its own, or for all", () => {
    expect(userAskedFor(ADA, undefined)).toBe("ada");
    expect(userAskedFor(ADA, "ada")).toBe("ada");
    expect(codeOf(() => userAskedFor(ADA, "bob"))).toBe("FORBIDDEN_USER");
    expect(userAskedFor(SERVICE, undefined)).toBeUndefined();
    expect(userAskedFor(SERVICE, "bob")).toBe("bob");
    expect(codeOf(() => userAskedFor(STRANGER, "bob"))).toBe("UNAUTHENTICATED");
  });
});
