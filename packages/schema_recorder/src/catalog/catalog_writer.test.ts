import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nodeCommitDisk } from "../journal/commit_disk.ts";
import { type CatalogEntry, newEntry } from "./catalog_entry.ts";
import { CatalogFile } from "./catalog_file.ts";
import { type CatalogChanges, ThreadCatalogWriter } from "./catalog_writer.ts";
import type { PlacedKey } from "./idempotency_table.ts";

const NONE: CatalogChanges = { removed: [], entries: [], keys: [], next_batch: 1 };

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "catalog-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function entriesFrom(first: number, count: number): CatalogEntry[] {
  return Array.from({ length: count }, (_, at) => {
    const log = { user_id: `u${first + at}`, session_id: `s${first + at}` };
    return {
      ...newEntry(log, "00".repeat(8)),
      bytes: first + at,
      claim: at % 2 === 0 ? `active:${first + at}` : undefined,
    };
  });
}

function keyOf({ log, incarnation }: CatalogEntry): PlacedKey {
  return [`digest of ${log.session_id}`, { log, life: incarnation, seq: 1 }];
}

test("a thread writes beside a connection that reads, which sees each flush once it is whole", async () => {
  const folder = await tempFolder();
  const file = CatalogFile.create(nodeCommitDisk, folder);
  const writer = new ThreadCatalogWriter({ folder });
  const entries = entriesFrom(0, 300);
  const keys = entries.map(keyOf);
  const written = writer.write({ ...NONE, entries, keys, next_batch: 7 });
  expect([...file.entries()]).toEqual([]);
  await written;
  expect([...file.entries()]).toHaveLength(300);
  for (const entry of entries) expect(file.get(entry.log)).toEqual(entry);
  for (const [digest, place] of keys) expect(file.idempotency_keys.get(digest)).toEqual(place);
  expect(file.next_batch).toBe(7);
  await writer.write({ ...NONE, next_batch: 9 });
  await writer.write({ ...NONE, removed: [entries[5]!.log], entries: entriesFrom(300, 1), next_batch: 10 });
  await writer.close();
  file.closeClean(nodeCommitDisk, folder);

  const reopened = CatalogFile.openClean(nodeCommitDisk, folder);
  expect(reopened?.next_batch).toBe(10);
  expect(reopened?.get(entries[5]!.log)).toBeUndefined();
  expect(reopened?.idempotency_keys.get(keys[5]![0])).toBeUndefined();
  expect(reopened?.idempotency_keys.get(keys[4]![0])).toEqual(keys[4]![1]);
  expect([...reopened!.entries()]).toHaveLength(300);
  reopened?.close();
});

test("a catalog that cannot be written is the store's failure", async () => {
  const writer = new ThreadCatalogWriter({ folder: join(await tempFolder(), "missing") });
  await expect(writer.write(NONE)).rejects.toMatchObject({ code: "STORE_FAILED" });
  await expect(writer.write(NONE)).rejects.toMatchObject({ code: "STORE_FAILED" });
  await writer.close();
});
