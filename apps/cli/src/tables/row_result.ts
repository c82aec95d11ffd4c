import type { Unmappable } from "../unmappable.ts";
import type { TableRow } from "./table_row.ts";

/**
 * What became of a row. `importable`: a dry run found no fault in it. `skipped`: its creation never finished.
 * `conflict`: the ledger holds something else under its id, or its user has another open session.
 */
export type RowOutcome = "imported" | "importable" | "unchanged" | "skipped" | "conflict" | "unmappable";

export interface RowResult {
  readonly outcome: RowOutcome;
  /** As it was named to the command. */
  readonly file: string;
  readonly line: number | null;
  /** The row's ids, unless they are what is wrong with it. */
  readonly user_id?: string;
  readonly session_id?: string;
  /** How many lines this run recorded. */
  readonly lines: number;
  readonly code?: string;
  readonly reason?: string;
}

/** Why a row was not imported. */
export interface RowFinding {
  readonly reason: string;
  readonly code?: string;
}

export function rowResult(
  outcome: RowOutcome,
  file: string,
  { line, user_id, session_id }: TableRow,
  more: Partial<RowFinding> & { readonly lines?: number } = {},
): RowResult {
  return { outcome, file, line, user_id, session_id, lines: 0, ...more };
}

export function unmappableRow(file: string, { line, message, code }: Unmappable): RowResult {
  return {
    outcome: "unmappable",
    file,
    line,
    lines: 0,
    ...(code !== undefined && { code }),
    reason: message,
  };
}
