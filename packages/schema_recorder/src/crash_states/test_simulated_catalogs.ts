import type { CatalogEntry } from "../catalog/catalog_entry.ts";
import { CatalogFile } from "../catalog/catalog_file.ts";
import { logKey } from "../log_paths.ts";
import type { Catalogs } from "../store_recovery.ts";
import type { CatalogContent } from "./test_simulated_disk.ts";

/** Catalogs in memory: `load` gives what the last commit left, and `save` is told of every commit. */
export function simulatedCatalogs(
  load: () => CatalogContent | undefined,
  save: (content: CatalogContent) => void,
): Catalogs {
  return {
    open() {
      const content = load();
      return content && catalogFile(content, save);
    },
    create() {
      // The real one is on disk, empty, from here on.
      const empty: CatalogContent = { next_batch: 0, entries: [] };
      save(empty);
      return catalogFile(empty, save);
    },
  };
}

function catalogFile(content: CatalogContent, save: (content: CatalogContent) => void): CatalogFile {
  const file = CatalogFile.inMemory();
  const entries = new Map<string, CatalogEntry>();
  file.put = (entry) => {
    entries.set(logKey(entry.log), entry);
    CatalogFile.prototype.put.call(file, entry);
  };
  file.remove = (log) => {
    entries.delete(logKey(log));
    CatalogFile.prototype.remove.call(file, log);
  };
  file.commit = (next_batch) => {
    CatalogFile.prototype.commit.call(file, next_batch);
    save({ next_batch, entries: [...entries.values()] });
  };
  file.closeClean = () => file.close();

  file.begin();
  for (const entry of content.entries) file.put(entry);
  CatalogFile.prototype.commit.call(file, content.next_batch);
  return file;
}
