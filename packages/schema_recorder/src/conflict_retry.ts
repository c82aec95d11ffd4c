import { LedgerError } from "@session-ledger/session_contract";

/** How often a command is decided before its conflict is the client's. */
const ATTEMPTS_MAX = 5;

/**
 * Decides and appends; when another writer was faster, catches up and decides anew. The last conflict is thrown.
 */
export async function retryOnConflict<Result>(
  attempt: () => Promise<Result>,
  catchUp: () => Promise<void>,
): Promise<Result> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (attempts === ATTEMPTS_MAX || !isConflict(error)) throw error;
      await catchUp();
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof LedgerError && (error.code === "SEQ_CONFLICT" || error.code === "CLAIM_TAKEN");
}
