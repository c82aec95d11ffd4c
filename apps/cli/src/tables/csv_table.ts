import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { type CsvError, type Info, parse } from "csv-parse";
import { Unmappable } from "../unmappable.ts";
import { UsageError } from "../usage_error.ts";
import { assertColumns, type TableColumn } from "./table_columns.ts";
import type { TableLine } from "./table_line.ts";

/** How long a row may be: many times what its ids and times take, so that a quote left open is noticed soon. */
export const CSV_ROW_CHARACTERS_MAX = 64 * 1024;

interface Parsed {
  readonly info: Info;
  readonly record: readonly string[];
}

/**
 * The rows of a CSV file below its header (RFC 4180; a byte order mark and either line end are accepted). After a
 * row whose quotes do not match nothing says where the next one begins, so reading ends there.
 * @throws UsageError for a header that is no session table's
 * @throws Unmappable for quotes that do not match, or a row that is too long
 */
export async function* readCsvTable(path: string): AsyncGenerator<TableLine, void> {
  let refused: CsvError | undefined;
  const rows = parse({
    bom: true,
    info: true,
    max_record_size: CSV_ROW_CHARACTERS_MAX,
    relax_column_count: true,
    skip_empty_lines: true,
    // An error of the stream would throw away rows that were read before it and not yet taken.
    skip_records_with_error: true,
    on_skip: (error) => {
      refused ??= error;
      return undefined;
    },
  });
  pipeline(createReadStream(path), rows, () => undefined);
  let columns: readonly TableColumn[] | undefined;
  let last_line = 0;
  for await (const { info, record } of rows as AsyncIterable<Parsed>) {
    if (refused !== undefined && info.records > Number(refused["records"])) break;
    last_line = info.lines;
    if (columns === undefined) columns = columnsOf(record);
    else yield toTableLine(info.lines, columns, record);
  }
  if (refused !== undefined) throw new Unmappable(last_line + 1, unreadableReason(refused));
  if (columns === undefined) throw new UsageError(`${path} has no header`);
}

function columnsOf(record: readonly string[]): readonly TableColumn[] {
  const header = record.map((name) => name.trim());
  assertColumns(header);
  return header;
}

function toTableLine(line: number, columns: readonly TableColumn[], record: readonly string[]): TableLine {
  if (record.length !== columns.length) {
    const reason = `the row has ${record.length} fields, the header ${columns.length}`;
    return { line, problem: new Unmappable(line, reason) };
  }
  return { line, cells: Object.fromEntries(columns.map((column, at) => [column, record[at]])) };
}

function unreadableReason({ code }: CsvError): string {
  const what = code === "CSV_MAX_RECORD_SIZE" ? "the row is too long" : "the row's quotes do not match";
  return `${what}; nothing after it was read`;
}
