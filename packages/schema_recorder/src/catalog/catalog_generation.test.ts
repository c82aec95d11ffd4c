import fc from "fast-check";
import { expect, test } from "vitest";
import { logKey } from "../log_paths.ts";
import { type CatalogEntry, newEntry } from "./catalog_entry.ts";
import { CatalogGeneration } from "./catalog_generation.ts";

const LOGS = ["a", "b", "c"].flatMap((user_id) =>
  ["s1", "s2"].map((session_id) => ({ user_id, session_id })),
);

test("a generation holds the last entry of each log, and finds those of a session whosever they are", () => {
  const change = fc.record({ log: fc.constantFrom(...LOGS), bytes: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const generation = new CatalogGeneration();
      const model = new Map<string, CatalogEntry>();
      for (const { log, bytes } of changes) {
        if (bytes === undefined) {
          generation.delete({ ...log });
          model.delete(logKey(log));
        } else {
          const entry = { ...newEntry({ ...log }, "00".repeat(8)), bytes };
          generation.set(entry);
          model.set(logKey(log), entry);
        }
        expect(generation.size).toBe(model.size);
      }
      for (const log of LOGS) {
        expect(generation.get(log)).toBe(model.get(logKey(log)));
        expect(generation.has(log)).toBe(model.has(logKey(log)));
      }
      expect(new Set(generation.values())).toEqual(new Set(model.values()));
      for (const id of ["s1", "s2", "s3"]) {
        const expected = [...model.values()].filter(({ log }) => log.session_id === id);
        expect(new Set(generation.find(id))).toEqual(new Set(expected));
        expect(generation.find(id)).toHaveLength(expected.length);
      }
    }),
  );
});
