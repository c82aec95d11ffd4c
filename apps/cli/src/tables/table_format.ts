import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { UsageError } from "../usage_error.ts";

/** How a session table is written. */
export const TABLE_FORMATS = ["csv", "jsonl"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A file that holds a session table. */
export interface TableFile {
  readonly path: string;
  readonly format: TableFormat;
}

/**
 * The table that a path names, or undefined for a folder, which is the root of upstream logs. The ending says how
 * the table is written, unless `format` does.
 * @throws UsageError
 */
export async function findTable(
  path: string,
  format: TableFormat | undefined,
): Promise<TableFile | undefined> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw new UsageError(`there is no ${path}`);
  if (entry.isDirectory()) return undefined;
  // A table is read more than once, which a pipe cannot be.
  if (!entry.isFile()) throw new UsageError(`${path} is neither a folder nor a regular file`);
  const ending = extname(path).slice(1).toLowerCase();
  const told = format ?? TABLE_FORMATS.find((each) => each === ending);
  if (told === undefined)
    throw new UsageError(`${path} ends in neither .csv nor .jsonl: say --format csv or --format jsonl`);
  return { path, format: told };
}
