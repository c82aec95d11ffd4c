import { join } from "node:path";
import { LEDGER_FOLDER } from "../log_paths.ts";

/** Where the segments stand. */
export function journalFolder(root: string): string {
  return join(root, LEDGER_FOLDER, "journal");
}

export function segmentPath(folder: string, first_batch: number): string {
  return join(folder, `${String(first_batch).padStart(16, "0")}.wal`);
}
