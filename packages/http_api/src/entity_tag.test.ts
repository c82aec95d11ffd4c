import type { Request } from "express";
import { describe, expect, test } from "vitest";
import { ifMatch } from "./entity_tag.ts";
import { InputInvalid } from "./input_invalid.ts";

function matches(header: string | undefined, seq: number): boolean | undefined {
  const headers = header === undefined ? {} : { "if-match": header };
  return ifMatch({ headers } as Request)?.(seq);
}

describe("If-Match", () => {
  test("asks for nothing where it is absent", () => {
    expect(matches(undefined, 3)).toBeUndefined();
  });

  test.each([
    ['"3"', true],
    [' "3" ', true],
    ["*", true],
    ['"2", "3"', true],
    ['"a,b","3"', true],
    ['W/"2", "3"', true],
    ['"2"', false],
    ['"03"', false],
    ['""', false],
    ['W/"3"', false],
    ['"2", W/"3"', false],
  ])("%s matches seq 3: %s", (header, expected) => {
    expect(matches(header, 3)).toBe(expected);
  });

  test.each([
    "",
    "3",
    '"3',
    '3"',
    "'3'",
    '"3" "4"',
    '*, "3"',
    'w/"3"',
    '"3",x',
    '"a b"',
    `"${"3".repeat(5_000)}"`,
  ])("%s is malformed", (header) => {
    expect(() => matches(header, 3)).toThrow(InputInvalid);
  });

  test("a long malformed list is refused at once", () => {
    expect(() => matches(`${'"3",'.repeat(1_000)}x`, 3)).toThrow(InputInvalid);
  });
});
