import type { Recorder } from "@session-ledger/schema_recorder";
import type { CommandContext } from "../command_context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { startProgress } from "../progress.ts";
import { Unmappable } from "../unmappable.ts";
import { withRecorder } from "../writing_recorder.ts";
import { RowImport } from "./row_import.ts";
import { type RowResult, unmappableRow } from "./row_result.ts";
import { inOrder } from "./row_window.ts";
import type { TableFile } from "./table_format.ts";
import { assertTable } from "./table_lines.ts";
import { TableReport } from "./table_report.ts";
import { readRows } from "./table_rows.ts";

/** Enough for one commit to be full while the one before is on its way to the disk. */
const ROWS_UNDER_WAY_MAX = 2_048;

/**
 * Imports every row of a session table that can be, and reports the others.
 * @throws UsageError, and RecorderError when the store fails
 */
export async function importTable(
  { log_root, output, stderr }: CommandContext,
  table: TableFile,
  reporting: { readonly json: boolean },
): Promise<ExitCode> {
  // Before the recorder is opened, which makes the log root.
  await assertTable(table);
  const report = new TableReport(output, reporting);
  await withRecorder(log_root, async (recorder) => {
    const progress = await startProgress({
      command: "import",
      stream: stderr,
      bar: !output.is_terminal,
      count: () => countRows(table),
    });
    try {
      for await (const result of inOrder(
        begin(recorder, table, () => progress.lines(1)),
        ROWS_UNDER_WAY_MAX,
      )) {
        progress.log();
        await report.add(result);
      }
    } finally {
      progress.stop();
    }
  });
  return report.end();
}

async function* begin(
  recorder: Recorder,
  table: TableFile,
  on_row: () => void,
): AsyncGenerator<{ readonly result: Promise<RowResult> }, void> {
  const rows = new RowImport(recorder, table.path);
  for await (const row of readRows(table)) {
    on_row();
    yield row instanceof Unmappable
      ? { result: Promise.resolve(unmappableRow(table.path, row)) }
      : await rows.begin(row);
  }
}

async function countRows(table: TableFile): Promise<number> {
  let count = 0;
  for await (const _ of readRows(table)) count += 1;
  return count;
}
