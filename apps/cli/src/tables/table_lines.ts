import { Unmappable } from "../unmappable.ts";
import { readCsvTable } from "./csv_table.ts";
import { readJsonlTable } from "./jsonl_table.ts";
import type { TableFile } from "./table_format.ts";
import type { TableLine } from "./table_line.ts";

/**
 * The rows of a table in order. Memory stays bounded, whatever the file's size.
 * @throws UsageError for a CSV header that is no session table's
 * @throws Unmappable when the rest of the file cannot be split into rows
 */
export function readTable({ path, format }: TableFile): AsyncGenerator<TableLine, void> {
  return format === "csv" ? readCsvTable(path) : readJsonlTable(path);
}

/**
 * Asserts that a file is a table, as far as its beginning shows.
 * @throws UsageError
 */
export async function assertTable(table: TableFile): Promise<void> {
  const lines = readTable(table);
  try {
    await lines.next();
  } catch (error) {
    // A faulty row is for the import to report, beside the others.
    if (!(error instanceof Unmappable)) throw error;
  } finally {
    await lines.return();
  }
}
