import { DatabaseSync } from "node:sqlite";
import { INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionQuery } from "../recorder.ts";
import { comparePositions, isListed, pageOf, positionOf } from "../session_query.ts";
import { Catalog } from "./catalog.ts";
import { type CatalogEntry, newEntry } from "./catalog_entry.ts";
import { CatalogFile } from "./catalog_file.ts";
import { CatalogDamaged } from "./catalog_row.ts";
import { InlineCatalogWriter } from "./catalog_writer.ts";
import { LIST_INDEXES, listSql } from "./session_list.ts";
import { HeldWriter } from "./test_held_writer.ts";

const STATES = ["active", "paused", "stopped", "deleted"] as const;
const EVERY: SessionQuery = { kinds: ["interaction", "execution"], states: STATES, limit: 1_000 };
const PLACE = { started_ms: 5, user_id: "ada", session_id: "s5" };

/** How SQLite goes about a list, one step a line. */
function planOf(query: SessionQuery, indexes: string): string[] {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE sessions (user_id TEXT, session_id TEXT, kind TEXT, state TEXT, started_ms INTEGER, seq INTEGER) STRICT;
    ${indexes}`);
  const { sql, values } = listSql(query);
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
  database.close();
  return steps.map(({ detail }) => String(detail));
}

/** Steps that cost more than what they give: those that read or sort rows which the page does not hold. */
function costlySteps(plan: readonly string[]): string[] {
  return plan.filter(
    (step) => /SCAN|TEMP B-TREE/.test(step) || (/SEARCH/.test(step) && !/COVERING/.test(step)),
  );
}

test.each<Partial<SessionQuery>>([
  {},
  { user_id: "ada" },
  { states: ["paused"] },
  { states: ["paused"], user_id: "ada" },
  { kinds: ["execution"] },
  { kinds: ["execution"], states: ["deleted"], user_id: "ada" },
  { started_after_ms: 3, started_before_ms: 9 },
  { started_after_ms: 3, started_before_ms: 9, user_id: "ada" },
])("a page of %j is read off an index, from the place where it begins", (asked) => {
  for (const place of [{}, { after: PLACE }]) {
    const plan = planOf({ ...EVERY, ...asked, ...place }, LIST_INDEXES);
    expect(plan.some((step) => /SEARCH .*started_ms>\? AND \(started_ms/.test(step))).toBe(true);
    expect(costlySteps(plan)).toEqual([]);
  }
});

test("without its index a page would be seen to cost every row", () => {
  expect(costlySteps(planOf(EVERY, "")).length).toBeGreaterThan(0);
});

function entryOf(number: number, changes: Partial<SessionState>): CatalogEntry {
  const log = { user_id: `u${number % 3}`, session_id: `s${number}` };
  const started_at = new Date(1_000 * (number % 7)).toISOString();
  return {
    ...newEntry(log, "00"),
    state: { ...INITIAL_STATE, status: "active", seq: 1, started_at, ...changes },
  };
}

const changes = fc.record({
  number: fc.nat({ max: 30 }),
  status: fc.constantFrom<SessionState["status"]>("none", ...STATES),
});
const flush = fc.record({
  held: fc.constantFrom("before", "after"),
  flush: fc.array(changes, { maxLength: 5 }),
});
const step = fc.oneof({ weight: 5, arbitrary: changes }, { weight: 1, arbitrary: flush });

test("a list is that of all entries, wherever they are: fresh, being flushed or in the file", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (steps, limit) => {
        const file = CatalogFile.inMemory();
        const catalog = new Catalog(file, { folds_case: false });
        const model = new Map<number, CatalogEntry>();
        const set = (number: number, status: SessionState["status"]): void => {
          const before = model.get(number)?.state.status ?? "none";
          // A session that has started never becomes what it was before.
          const entry = entryOf(number, { status: status === "none" ? before : status });
          model.set(number, entry);
          catalog.set(entry);
        };
        const check = (): void => {
          const query = { ...EVERY, states: STATES.slice(0, 3), limit };
          const listed: CatalogEntry[] = [];
          let page = pageOf(catalog.list(query), limit);
          listed.push(...page.entries);
          while (page.next !== undefined) {
            page = pageOf(catalog.list({ ...query, after: page.next }), limit);
            listed.push(...page.entries);
          }
          const expected = [...model.values()]
            .filter((entry) => isListed(query, entry, positionOf(entry)))
            .sort((a, b) => comparePositions(positionOf(a), positionOf(b)));
          expect(listed).toEqual(expected);
        };
        for (const each of steps) {
          if ("number" in each) set(each.number, each.status);
          else {
            const writer = new HeldWriter(new InlineCatalogWriter(file), each.held);
            const flushed = catalog.flush(1, writer);
            for (const { number, status } of each.flush) set(number, status);
            check();
            writer.go.resolve();
            await flushed;
          }
          check();
        }
        file.close();
      },
    ),
    { numRuns: 150 },
  );
});

test("an index that names a row which is not in the list is found out", () => {
  const file = CatalogFile.inMemory();
  const entry = entryOf(1, {});
  file.put(entry);
  file.list = function* () {
    yield { ...positionOf(entry), started_ms: 1 };
  };
  const catalog = new Catalog(file, { folds_case: false });
  expect(() => [...catalog.list(EVERY)]).toThrow(CatalogDamaged);
});
