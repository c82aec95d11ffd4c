import { LedgerError } from "@session-ledger/session_contract";
import type { Recorder, SessionEntry } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

/**
 * The sessions with this id, of every face and owner. A catalog that cannot be asked says nothing of what there is:
 * never that a session does not exist.
 * @throws RecorderError `STORE_UNAVAILABLE`
 */
export async function findSessions(
  recorder: Pick<Recorder, "find">,
  session_id: string,
): Promise<readonly SessionEntry[]> {
  try {
    return await recorder.find(session_id);
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new RecorderError("STORE_UNAVAILABLE", "the catalog cannot be read", { cause: error });
  }
}
