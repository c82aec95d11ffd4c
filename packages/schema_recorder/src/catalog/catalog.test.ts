import { expect, test } from "vitest";
import type { LogName } from "../recorder.ts";
import { Catalog } from "./catalog.ts";
import { type CatalogEntry, newEntry } from "./catalog_entry.ts";
import { CatalogFile } from "./catalog_file.ts";
import { InlineCatalogWriter } from "./catalog_writer.ts";
import { HeldWriter } from "./test_held_writer.ts";

function setUp() {
  const file = CatalogFile.inMemory();
  return {
    file,
    catalog: new Catalog(file, { folds_case: false }),
    writer: new InlineCatalogWriter(file),
  };
}

function entryOf(session_id: string, bytes: number, user_id = "ada"): CatalogEntry {
  const log: LogName = { user_id, session_id };
  return { ...newEntry(log, "00".repeat(8)), bytes };
}

test.each(["before", "after"] as const)(
  "what is being written is found, as it stands last and once, %s it is",
  async (moment) => {
    const { catalog, writer } = setUp();
    const held = new HeldWriter(writer, moment);
    const [old, later, other] = [entryOf("s1", 10), entryOf("s1", 20), entryOf("s1", 5, "bo")];
    catalog.set(old);
    const flushed = catalog.flush(2, held);
    expect(catalog.get(old.log)).toEqual(old);
    expect(catalog.find("s1")).toEqual([old]);
    catalog.set(later);
    catalog.set(other);
    const expectLatest = (): void => {
      expect(catalog.get(old.log)).toEqual(later);
      expect(new Set(catalog.find("s1"))).toEqual(new Set([later, other]));
      expect([...catalog.entries()]).toHaveLength(2);
    };
    expectLatest();
    held.go.resolve();
    await flushed;
    expectLatest();
  },
);

test("a session that was asked for before it existed is found, however long ago it was written", async () => {
  const { catalog, writer, file } = setUp();
  const entry = entryOf("s1", 10);
  expect(catalog.find("s1")).toEqual([]);
  catalog.set(entry);
  expect(catalog.find("s1")).toEqual([entry]);
  for (const next_batch of [2, 3, 4]) {
    await catalog.flush(next_batch, writer);
    expect(catalog.get(entry.log)).toEqual(entry);
    expect(catalog.find("s1")).toEqual([entry]);
  }
  expect(file.get(entry.log)).toEqual(entry);
});

test("a log that is removed while a checkpoint is under way leaves its last row, by its last life, to the next one", async () => {
  const { catalog, writer, file } = setUp();
  const entry = entryOf("s1", 10);
  const archived = { ...entry, incarnation: "11".repeat(8), archived_at: "2026-11-21T09:30:00.123Z" };
  catalog.set(entry);
  await catalog.flush(2, writer);
  catalog.set(archived);
  catalog.sealRemovals();
  catalog.remove(entry.log);
  await catalog.flush(3, writer);
  expect(file.ofIncarnations([archived.incarnation])).toEqual([archived]);
  expect(catalog.get(entry.log)).toBeUndefined();
  expect([...catalog.entries()]).toEqual([]);
  catalog.sealRemovals();
  await catalog.flush(4, writer);
  expect([...file.entries()]).toEqual([]);
});

test("a log that is removed and begun anew while a checkpoint is under way has the row of its new life", async () => {
  const { catalog, writer, file } = setUp();
  const [old, begun_anew] = [entryOf("s1", 10), { ...entryOf("s1", 5), incarnation: "22".repeat(8) }];
  catalog.set(old);
  catalog.sealRemovals();
  catalog.remove(old.log);
  catalog.set(begun_anew);
  await catalog.flush(2, writer);
  expect([...file.entries()]).toEqual([begun_anew]);
});
