import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHUNK_ROWS_MAX } from "./message_chunk.ts";
import { MessageIndex } from "./message_index.ts";
import type { MessageRow } from "./message_row.ts";

const row = (message_id: number, content_seq = 1): MessageRow => ({
  message_id,
  created_ms: 1_000,
  updated_ms: 2_000,
  content_seq,
  redaction_seq: 0,
});

/** What an index of these rows must be. */
function expectSame(index: MessageIndex, model: ReadonlyMap<number, MessageRow>): void {
  const rows = [...model.values()].sort((a, b) => a.message_id - b.message_id);
  expect(index.size).toBe(rows.length);
  expect(index.slice(0, Number.POSITIVE_INFINITY)).toEqual(rows);
}

describe("messages in any order of insertion", () => {
  const step = fc.record({ id: fc.nat({ max: 3_000 }), seq: fc.nat(), deletes: fc.boolean() });

  test("stand in the order of their ids, each once, over many chunks", () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 3_000, size: "max" });
    fc.assert(
      fc.property(steps, (drawn) => {
        const index = new MessageIndex();
        const model = new Map<number, MessageRow>();
        for (const { id, seq, deletes } of drawn) {
          if (deletes && model.size % 3 === 0) {
            index.delete(id);
            model.delete(id);
          } else {
            index.set(row(id, seq));
            model.set(id, row(id, seq));
          }
        }
        expectSame(index, model);
        const ids = [...model.keys()].sort((a, b) => a - b);
        for (const id of [0, 17, 2_999, 3_001]) {
          expect(index.get(id)).toEqual(model.get(id));
          expect(index.rankOf(id)).toBe(ids.filter((each) => each < id).length);
        }
        expect(index.slice(5, 7)).toEqual(ids.slice(5, 12).map((id) => model.get(id)));
      }),
      { numRuns: 30 },
    );
  });

  test("of many chunks may go in descending order, and be deleted again", () => {
    const index = new MessageIndex();
    const count = CHUNK_ROWS_MAX * 5 + 1;
    for (let id = count; id > 0; id -= 1) index.set(row(id));
    expect(index.slice(0, count).map(({ message_id }) => message_id)).toEqual(
      Array.from({ length: count }, (_, at) => at + 1),
    );
    for (let id = 1; id <= count; id += 1) index.delete(id);
    expect(index).toMatchObject({ size: 0, bytes: 0 });
  });
});

test("a million messages in ascending order take about 40 bytes each", () => {
  const index = new MessageIndex();
  for (let id = 0; id < 1_000_000; id += 1) index.set(row(id));
  expect(index.bytes).toBeLessThan(42_000_000);
  expect(index.get(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  expect(index.slice(999_999, 10)).toEqual([row(999_999)]);
});
