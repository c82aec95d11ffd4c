import { RecorderError } from "@session-ledger/schema_recorder";
import type { ErrorCode } from "@session-ledger/session_contract";

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ID_CASE_CONFLICT",
  "LOG_ARCHIVED",
  "LOG_CORRUPT",
  "LOG_TRUNCATED",
  "LOG_FORMAT_UNSUPPORTED",
]);

/** Whether an error is a refusal of one log alone; any other is the store's, and ends an import. */
export function isLogRefusal(error: unknown): error is RecorderError {
  return error instanceof RecorderError && REFUSALS.has(error.code);
}
