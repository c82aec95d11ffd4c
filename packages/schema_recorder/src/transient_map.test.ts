import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TransientMap } from "./transient_map.ts";

describe("a transient map", () => {
  test("holds what a Map holds, in the same order, whenever its entries move", () => {
    const change = fc.record({ key: fc.nat(300), is_set: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { minLength: 600, maxLength: 2_000 }), (changes) => {
        const map = new TransientMap<number, number>();
        const model = new Map<number, number>();
        const told: unknown[] = [];
        const expected: unknown[] = [];
        for (const [at, { key, is_set }] of changes.entries()) {
          for (const [each, answers] of [[map, told] as const, [model, expected] as const]) {
            if (is_set) each.set(key, at);
            else answers.push(each.delete(key));
            answers.push(each.size, each.get(key), each.has(key));
          }
        }
        expect([...told, ...map.values()]).toEqual([...expected, ...model.values()]);
      }),
    );
  });

  test("keeps nothing of what was removed past the next quick collections", () => {
    expect(keptBytes(new TransientMap())).toBeLessThan(KEPT_BYTES_MAX);
    // What the class is there for: should V8 mend it, the class may go.
    expect(keptBytes(new Map())).toBeGreaterThan(KEPT_BYTES_MAX);
  });
});

const ENTRIES = 20_000;
const ENTRY_BYTES = 1_000;
const UNDER_WAY = 64;
/** A quarter of all that passed through. */
const KEPT_BYTES_MAX = (ENTRIES * ENTRY_BYTES) / 4;

/** What is kept of entries that came and went, as far as quick collections can tell. */
function keptBytes(map: TransientMap<number, unknown> | Map<number, unknown>): number {
  const collect = collector();
  for (let at = 0; at < UNDER_WAY; at += 1) map.set(at, {});
  collect({ type: "major" });
  const before = oldBytes();
  for (let at = UNDER_WAY; at < ENTRIES; at += 1) {
    map.set(at, new Array(ENTRY_BYTES / 8).fill(at));
    map.delete(at - UNDER_WAY);
    if (at % 1_000 === 0) collect({ type: "minor" });
  }
  collect({ type: "minor" });
  return oldBytes() - before;
}

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")!.space_used_size;
}

function collector(): (options: { readonly type: "minor" | "major" }) => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as ReturnType<typeof collector>;
}
