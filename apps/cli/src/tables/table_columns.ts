import { UsageError } from "../usage_error.ts";

/** The columns of a session table, in the order in which the docs name them. */
export const TABLE_COLUMNS = ["id", "user_id", "status", "created_at", "updated_at", "deleted_at"] as const;
export type TableColumn = (typeof TABLE_COLUMNS)[number];

const MAY_BE_MISSING: ReadonlySet<TableColumn> = new Set<TableColumn>(["updated_at", "deleted_at"]);

/**
 * Asserts that a CSV header names each column that every row needs, none twice, and no other: the ledger has no
 * place for what another column holds, so it would be lost without a word.
 * @throws UsageError
 */
export function assertColumns(header: readonly string[]): asserts header is readonly TableColumn[] {
  const missing = TABLE_COLUMNS.filter((column) => !MAY_BE_MISSING.has(column) && !header.includes(column));
  if (missing.length > 0) throw new UsageError(`the header lacks ${missing.join(", ")}`);
  const unknown = header.filter((name) => !TABLE_COLUMNS.some((column) => column === name));
  if (unknown.length > 0)
    throw new UsageError(`the header names columns that cannot be imported: ${unknown.join(", ")}`);
  const doubled = header.find((name, at) => header.indexOf(name) !== at);
  if (doubled !== undefined) throw new UsageError(`the header names ${doubled} twice`);
}
