import type { CommandContext } from "../command_context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { Unmappable } from "../unmappable.ts";
import { rowResult, unmappableRow } from "./row_result.ts";
import type { TableFile } from "./table_format.ts";
import { TableReport } from "./table_report.ts";
import { readRows } from "./table_rows.ts";

/**
 * Reports which rows of a session table are faulty in themselves. It reads the file alone, so it runs beside a
 * server; what only the ledger knows, such as an id in use, shows when the table is imported.
 * @throws UsageError
 */
export async function checkTable(
  { output }: CommandContext,
  table: TableFile,
  reporting: { readonly json: boolean },
): Promise<ExitCode> {
  const report = new TableReport(output, reporting);
  for await (const row of readRows(table)) {
    await report.add(
      row instanceof Unmappable
        ? unmappableRow(table.path, row)
        : rowResult(row.state === "creating" ? "skipped" : "importable", table.path, row),
    );
  }
  return report.end();
}
