// Loaded by every thread that replays logs.
import type { CreateLogTask } from "@session-ledger/schema_recorder";
import { foldLog } from "../fold_log.ts";
import { type SessionRow, toSessionRow } from "../session_row.ts";

export interface ReplayInput {
  /** The last `seq` that is folded; undefined for all. */
  readonly until_seq: number | undefined;
}

/** Folds a log into its session's row. Undefined: the log was removed meanwhile. */
export const createTask: CreateLogTask<ReplayInput, SessionRow | undefined> =
  ({ until_seq }) =>
  async (reader, log, on_line) => {
    const folded = await foldLog(reader, log, { on_line, ...(until_seq !== undefined && { until_seq }) });
    return folded && toSessionRow(log, folded);
  };
