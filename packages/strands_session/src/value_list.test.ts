import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type StorageRecord, toJson, toRecord } from "./storage_record.ts";
import { StoredValue } from "./stored_value.ts";
import { ValueList } from "./value_list.ts";
import { RECORD_BYTES_MAX, recordsOf } from "./value_records.ts";

const MIB = 1024 * 1024;

function put(list: ValueList, key: string, bytes: Uint8Array): StorageRecord[] {
  const records = recordsOf(key, StoredValue.of(bytes), list);
  // What a list takes has been through JSON, as in a log.
  return records.map((record) => {
    const stored = toRecord(JSON.parse(JSON.stringify(toJson(record))));
    list.apply(stored);
    return stored;
  });
}

describe("a list", () => {
  test("gives back what was put, byte for byte, whatever was put before", () => {
    const text = fc.string({ unit: "binary", maxLength: 400 }).map((value) => Buffer.from(value));
    const values = fc.array(
      fc.tuple(fc.constantFrom("a", "b"), fc.oneof(text, fc.uint8Array({ maxLength: 400 }))),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(values, (rows) => {
        const list = new ValueList();
        const expected = new Map<string, string>();
        for (const [key, bytes] of rows) {
          const grown = Buffer.concat([Buffer.from(expected.get(key) ?? "", "hex"), bytes]);
          put(list, key, grown);
          expected.set(key, grown.toString("hex"));
          for (const [each, hex] of expected) {
            expect(Buffer.from(list.get(each)!.bytes()).toString("hex")).toBe(hex);
          }
        }
      }),
    );
  });

  test("takes text as text, up to every character that a change cuts through", () => {
    const list = new ValueList();
    const before = `{"messages":["${"é\u{1f600}中".repeat(40)}"],"at":1}`;
    put(list, "a", Buffer.from(before));
    // The two differ in the last byte of a character.
    const [record] = put(list, "a", Buffer.from(before.replace("中é", "丮é")));
    expect(JSON.stringify(record)).not.toContain("__bytes_encoded__");
    expect(JSON.stringify(record)).toContain("丮");
  });

  test("tells a turn of a long conversation in proportion to what it added", () => {
    const list = new ValueList();
    const messages: string[] = [];
    const sizes: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      messages.push(
        `{"role":"user","content":[{"text":"turn ${turn}"}],"id":"${randomBytes(16).toString("hex")}"}`,
      );
      const snapshot = `{"createdAt":"${new Date(turn).toISOString()}","messages":[${messages}],"state":{"turn":${turn}}}`;
      const records = put(list, "latest", Buffer.from(snapshot));
      sizes.push(Buffer.byteLength(JSON.stringify(records)));
    }
    expect(Math.max(...sizes.slice(1))).toBeLessThan(700);
  });

  test("takes 10 MiB in records of bounded size, and the same bytes again in one that is small", () => {
    const list = new ValueList();
    const bytes = randomBytes(10 * MIB);
    const records = put(list, "a", bytes);
    const sizes = records.map((record) => Buffer.byteLength(JSON.stringify(record)));
    expect(Math.max(...sizes)).toBeLessThan(RECORD_BYTES_MAX * 1.5);
    expect(Buffer.compare(list.get("a")!.bytes(), bytes)).toBe(0);
    const [again, ...more] = put(list, "b", bytes);
    expect([Buffer.byteLength(JSON.stringify(again)) < 500, more]).toEqual([true, []]);
    expect(Buffer.compare(list.get("b")!.bytes(), bytes)).toBe(0);
  });

  test("goes on with the parts that an interrupted write left", () => {
    const list = new ValueList();
    const value = StoredValue.of(randomBytes(MIB));
    const records = recordsOf("a", value, list);
    for (const record of records.slice(0, 3)) list.apply(record);
    const rest = recordsOf("a", value, list);
    expect(rest).toHaveLength(records.length - 3);
    for (const record of rest) list.apply(record);
    expect(Buffer.compare(list.get("a")!.bytes(), value.bytes())).toBe(0);
  });

  test("gives out no value whose records do not fit together", () => {
    const list = new ValueList();
    const [record] = recordsOf("a", StoredValue.of(Buffer.from("one")), list);
    list.apply({ ...record!, pieces: [{ text: "two" }] } as StorageRecord);
    expect(() => list.get("a")!.bytes()).toThrow(/not the one that was written/);
  });
});
