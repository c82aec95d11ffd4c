import { Unmappable } from "../unmappable.ts";
import type { TableFile } from "./table_format.ts";
import { readTable } from "./table_lines.ts";
import { parseRow, type TableRow } from "./table_row.ts";

/** The rows of a table in order, and in the place of a faulty one what is wrong with it. */
export async function* readRows(table: TableFile): AsyncGenerator<TableRow | Unmappable, void> {
  try {
    for await (const line of readTable(table)) yield rowOrFault(() => parseRow(line));
  } catch (error) {
    yield asFault(error);
  }
}

function rowOrFault(parse: () => TableRow): TableRow | Unmappable {
  try {
    return parse();
  } catch (error) {
    return asFault(error);
  }
}

function asFault(error: unknown): Unmappable {
  if (error instanceof Unmappable) return error;
  throw error;
}
