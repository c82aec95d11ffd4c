import { createMemoryRecorder, type Recorder } from "@session-ledger/schema_recorder";
import { toServerTime } from "@session-ledger/session_contract";
import { activeClaim } from "@session-ledger/session_domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RowImport } from "./row_import.ts";
import { inOrder } from "./row_window.ts";
import { parseRow } from "./table_row.ts";

interface Cells {
  readonly id: string;
  readonly user_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at: string | null;
}

const moment = fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2030, 0) });
const cellsArbitrary: fc.Arbitrary<Cells> = fc
  .record({
    id: fc.stringMatching(/^(sess_[0-9a-f]{16}|exec_20260315_093000_[0-9a-f]{8}|[A-Za-z0-9_-]{1,255})$/),
    user_id: fc.constantFrom("ada", "bob", "eve", "u.4"),
    status: fc.constantFrom("active", "paused", "stopped", "ended", "closed", "expired", "deleted"),
    times: fc.array(moment, { minLength: 3, maxLength: 3 }),
    is_deleted: fc.boolean(),
  })
  .map(({ id, user_id, status, times, is_deleted }) => {
    const [created, updated, deleted] = times.toSorted((a, b) => a - b).map(toServerTime);
    return {
      id,
      user_id,
      status,
      created_at: created!,
      updated_at: updated!,
      deleted_at: is_deleted ? deleted! : null,
    };
  });

/** Tables in which each id stands once, and each user has one open session at most. */
const tableArbitrary = fc
  .uniqueArray(cellsArbitrary, { selector: ({ id }) => id, maxLength: 40 })
  .map((table) => {
    const open = new Set<string>();
    return table.filter((cells) => {
      if (!isOpen(cells)) return true;
      const is_first = !open.has(cells.user_id);
      open.add(cells.user_id);
      return is_first;
    });
  });

function isOpen({ status, deleted_at }: Cells): boolean {
  return deleted_at === null && (status === "active" || status === "paused");
}

async function importAll(recorder: Recorder, table: readonly Cells[]) {
  const rows = new RowImport(recorder, "table.csv");
  async function* begun() {
    for (const [at, cells] of table.entries()) yield await rows.begin(parseRow({ line: at + 2, cells }));
  }
  return Array.fromAsync(inOrder(begun(), 8));
}

/** What a row says of its session, in the words of a session's state. */
function expectedState({ id, user_id, status, created_at, updated_at, deleted_at }: Cells) {
  const is_deleted = deleted_at !== null || status === "deleted";
  const reached = is_deleted ? "deleted" : isOpen({ status, deleted_at } as Cells) ? status : "stopped";
  const was_ended = reached === "stopped" || reached === "deleted";
  return {
    status: reached,
    kind: id.startsWith("exec_20260315_093000_") && id.length === 29 ? "execution" : "interaction",
    user_id,
    session_id: id,
    started_at: created_at,
    started_by: "system",
    paused_at: reached === "paused" ? updated_at : null,
    ended_at: was_ended ? updated_at : null,
    ended_through: was_ended ? "import" : null,
    deleted_at: is_deleted ? (deleted_at ?? updated_at) : null,
    imported: false,
  };
}

test("any table becomes sessions in the states it says, once", async () => {
  await fc.assert(
    fc.asyncProperty(tableArbitrary, async (table) => {
      const recorder = createMemoryRecorder();
      const first = await importAll(recorder, table);
      expect(first.map(({ outcome }) => outcome)).toEqual(table.map(() => "imported"));
      for (const cells of table) {
        const [entry, ...others] = await recorder.find(cells.id);
        expect(others).toEqual([]);
        expect(entry!.state).toMatchObject(expectedState(cells));
        const holder = await recorder.holderOf(activeClaim(cells.user_id));
        if (isOpen(cells)) expect(holder).toMatchObject({ session_id: cells.id });
        else expect(holder?.session_id).not.toBe(cells.id);
      }
      const before = await Array.fromAsync(recorder.sessions());
      const second = await importAll(recorder, table);
      expect(second.map(({ outcome }) => outcome)).toEqual(table.map(() => "unchanged"));
      expect(await Array.fromAsync(recorder.sessions())).toEqual(before);
    }),
    { numRuns: 60 },
  );
});

const cells: Cells = {
  id: "sess_0000000000000001",
  user_id: "ada",
  status: "active",
  created_at: "2026-03-15 09:30:00",
  updated_at: "2026-03-16 09:30:00",
  deleted_at: null,
};

test("of two open rows of a user the first is imported, and nothing of the second", async () => {
  const recorder = createMemoryRecorder();
  const results = await importAll(recorder, [cells, { ...cells, id: "other", status: "paused" }]);
  expect(results).toMatchObject([
    { outcome: "imported", line: 2 },
    { outcome: "conflict", line: 3, code: "SESSION_ALREADY_ACTIVE", lines: 0 },
  ]);
  expect(await recorder.find("other")).toEqual([]);
});

test("an id that stands twice is compared with the first, which is under way", async () => {
  const recorder = createMemoryRecorder();
  const results = await importAll(recorder, [
    cells,
    cells,
    { ...cells, user_id: "bob" },
    { ...cells, status: "stopped" },
    { ...cells, created_at: "2026-03-15 09:30:01" },
  ]);
  expect(results.map(({ outcome }) => outcome)).toEqual([
    "imported",
    "unchanged",
    "conflict",
    "conflict",
    "conflict",
  ]);
  expect((await recorder.find(cells.id)).map(({ state }) => state.seq)).toEqual([1]);
});

test("a row that says less than was imported is a conflict", async () => {
  const recorder = createMemoryRecorder();
  await importAll(recorder, [{ ...cells, status: "stopped" }]);
  expect(await importAll(recorder, [cells])).toMatchObject([{ outcome: "conflict" }]);
});

test("a session that went on since its import is unchanged", async () => {
  const recorder = createMemoryRecorder();
  await importAll(recorder, [cells]);
  const event = { record_id: "4e1d7b90-83c2-4d5f-a6e8-1f3c5b7d9024" };
  const log = { user_id: cells.user_id, session_id: cells.id };
  await recorder.append(log, [{ type: "message.appended", event }], { expected_seq: 1 });
  expect(await importAll(recorder, [cells])).toMatchObject([{ outcome: "unchanged" }]);
});

test("a session that was recorded here is never taken for an imported one", async () => {
  const [recorder, other] = [createMemoryRecorder(), createMemoryRecorder()];
  await importAll(other, [cells]);
  const log = { user_id: cells.user_id, session_id: cells.id };
  const [line] = await Array.fromAsync(other.read(log));
  const own = { type: line!.type, cause: { trigger: "api_call" as const }, event: line!.event };
  await recorder.append(log, [own], { expected_seq: 0 });
  expect(await importAll(recorder, [cells])).toMatchObject([{ outcome: "conflict" }]);
});
