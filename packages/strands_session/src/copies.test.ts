import fc from "fast-check";
import { expect, test } from "vitest";
import { type Copy, findCopies } from "./copies.ts";

/** Edits of a value: at a place, how many bytes go, and what comes in their stead. */
const edits = fc.array(
  fc.record({
    at: fc.nat(3_000),
    gone: fc.nat(100),
    added: fc.uint8Array({ maxLength: 60 }),
  }),
  { maxLength: 6 },
);

function edited(base: Uint8Array, changes: readonly { at: number; gone: number; added: Uint8Array }[]) {
  return changes.reduce(
    (bytes, { at, gone, added }) =>
      Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(Math.min(bytes.length, at + gone))]),
    Buffer.from(base),
  );
}

/** The target's bytes that no copy holds, after every copy was compared. */
function newBytes(copies: readonly Copy[], base: Uint8Array, target: Uint8Array): number {
  let end = 0;
  let copied = 0;
  for (const { base_at, target_at, length } of copies) {
    expect(target_at).toBeGreaterThanOrEqual(end);
    expect(
      Buffer.compare(
        base.subarray(base_at, base_at + length),
        target.subarray(target_at, target_at + length),
      ),
    ).toBe(0);
    end = target_at + length;
    copied += length;
  }
  return target.length - copied;
}

test("copies are of equal bytes, in order and without overlap, and leave little but what was added", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 100, maxLength: 3_000 }), edits, (base, changes) => {
      const target = edited(base, changes);
      const added = changes.reduce((bytes, change) => bytes + change.added.length, 0);
      // Around each change, what is shorter than a block is not found again.
      const lost = 64 * (2 * changes.length + 1);
      expect(newBytes(findCopies(base, target), base, target)).toBeLessThanOrEqual(added + lost);
    }),
  );
});

test("bytes that moved are found where they are now", () => {
  const base = Buffer.from(Array.from({ length: 4_000 }, (_, at) => (at * at * 31) % 251));
  const target = Buffer.concat([base.subarray(2_000), Buffer.from("between"), base.subarray(0, 2_000)]);
  expect(newBytes(findCopies(base, target), base, target)).toBeLessThan(50);
});

test("long values of one byte are compared in time that grows with their length", () => {
  const copies = findCopies(Buffer.alloc(2_000_000), Buffer.alloc(2_000_001));
  expect(newBytes(copies, Buffer.alloc(2_000_000), Buffer.alloc(2_000_001))).toBeLessThanOrEqual(1);
});
