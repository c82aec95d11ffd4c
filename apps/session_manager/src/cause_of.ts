import { type Cause, SYSTEM_PERFORMER_ID } from "@session-ledger/session_contract";

interface Explained {
  readonly performer_id: string;
  readonly reason?: string | null | undefined;
}

/** Why an event comes about that a client asks for; `principal` is the name of its key, if callers have keys. */
export function causeOf({ performer_id, reason }: Explained, principal?: string): Cause {
  return {
    trigger: performer_id === SYSTEM_PERFORMER_ID ? "api_call" : "user_action",
    ...(principal !== undefined && { principal }),
    ...(reason !== undefined && reason !== null && { reason }),
  };
}
