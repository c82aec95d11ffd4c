import { randomUUID } from "node:crypto";
import {
  EXECUTION_ID_DIGITS,
  executionId,
  SESSION_ID_DIGITS,
  type StartedKind,
} from "@session-ledger/session_contract";
import { v4 } from "uuid";

/** Where fresh ids come from. None can be guessed. */
export interface IdGenerator {
  /**
   * For an interaction the configured prefix and 16 lower-case hex digits, for an execution `exec_`, the second of
   * its start and 8 of them. Whether the id is free is for the caller to see.
   */
  sessionId(kind: StartedKind, timestamp: string): string;
  /** A random UUID. */
  recordId(): string;
}

export function createIdGenerator(session_id_prefix: string): IdGenerator {
  return {
    sessionId: (kind, timestamp) =>
      kind === "execution"
        ? executionId(timestamp, hexDigits(EXECUTION_ID_DIGITS))
        : session_id_prefix + hexDigits(SESSION_ID_DIGITS),
    recordId: () => v4(),
  };
}

/** At most 20 random hex digits, from the parts of a UUID that are random throughout: Node has UUIDs in stock. */
function hexDigits(count: number): string {
  const uuid = randomUUID();
  return (uuid.slice(0, 8) + uuid.slice(-12)).slice(0, count);
}
