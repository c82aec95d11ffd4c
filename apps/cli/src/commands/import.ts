import { Command, Option } from "commander";
import type { Runner } from "../command_context.ts";
import { checkTable } from "../tables/check_table.ts";
import { importTable } from "../tables/import_table.ts";
import { findTable, TABLE_FORMATS, type TableFormat } from "../tables/table_format.ts";
import { importFolder } from "../upstream/import_folder.ts";
import { UsageError } from "../usage_error.ts";

interface ImportCommandOptions {
  readonly format?: TableFormat;
  readonly dryRun?: true;
  readonly json?: true;
}

export function importCommand(run: Runner): Command {
  return new Command("import")
    .description(
      "Import the logs of an upstream A3CP root, or a table of sessions. What was imported before is left as it is.",
    )
    .argument(
      "<source>",
      "a root that holds users/<user_id>/sessions/<session_id>.jsonl, or a .csv or .jsonl file of id, user_id, status, created_at, updated_at, deleted_at",
    )
    .addOption(
      new Option("--format <format>", "how the table is written, whatever its name").choices(TABLE_FORMATS),
    )
    .option("--dry-run", "only check the table's rows: nothing is recorded, and no lock is taken")
    .option("--json", "one JSON object a log, and the summary as the last")
    .action((source: string, { format, dryRun, json }: ImportCommandOptions) =>
      run(async (context) => {
        const table = await findTable(source, format);
        const reporting = { json: json === true };
        if (table !== undefined)
          return dryRun ? checkTable(context, table, reporting) : importTable(context, table, reporting);
        if (format !== undefined || dryRun)
          throw new UsageError("--format and --dry-run are for tables, and this is a folder");
        return importFolder(context, source, reporting);
      }),
    );
}
