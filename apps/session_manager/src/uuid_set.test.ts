import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UuidSet } from "./uuid_set.ts";

/** Few enough that many are drawn twice, and some that differ in one digit alone. */
const uuids = fc
  .record({
    digits: fc.constantFrom("00000000", "00000001", "10000000", "ffffffff"),
    more: fc.nat(999),
    at: fc.nat(2),
    is_upper: fc.boolean(),
  })
  .map(({ digits, more, at, is_upper }) => {
    const rest = String(more).padStart(12, "0");
    const uuid = [
      `${digits}-0000-4000-8000-${rest}`,
      `00000000-0000-4000-8000-${digits}${rest.slice(-4)}`,
      `0${rest.slice(-7)}-0000-4000-bfff-000000000000`,
    ][at]!;
    return is_upper ? uuid.toUpperCase() : uuid;
  });

describe("a set of UUIDs", () => {
  test("has those that were added, in any case of their letters, and no other", () => {
    fc.assert(
      fc.property(fc.array(uuids, { maxLength: 300 }), fc.array(uuids), (added, others) => {
        const set = new UuidSet();
        const plain = new Set<string>();
        for (const uuid of added) {
          expect(set.has(uuid)).toBe(plain.has(uuid.toLowerCase()));
          set.add(uuid);
          plain.add(uuid.toLowerCase());
        }
        for (const uuid of [...added, ...others]) expect(set.has(uuid)).toBe(plain.has(uuid.toLowerCase()));
      }),
    );
  });

  test("takes less than 27 bytes for each of many, also of those that a client counts up", () => {
    const set = new UuidSet();
    const uuidAt = (number: number): string =>
      `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
    for (let number = 0; number < 20_000; number += 1) {
      set.add(uuidAt(number));
      if (number > 1_000) expect(set.bytes).toBeLessThan(27 * (number + 1));
    }
    for (let number = 0; number < 20_000; number += 1) expect(set.has(uuidAt(number))).toBe(true);
    for (let number = 20_000; number < 40_000; number += 1) expect(set.has(uuidAt(number))).toBe(false);
  });

  test.each([
    "",
    "undefined",
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-4000-8000-00000000000",
    " 00000000-0000-4000-8000-000000000000",
  ])("never has what is no record's id: %j", (text) => {
    const set = new UuidSet();
    set.add(text);
    expect(set.has(text)).toBe(false);
  });
});
