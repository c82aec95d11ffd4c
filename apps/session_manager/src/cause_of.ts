import type { Cause } from "@session-ledger/session_contract";

/** The performer of what no client asked for. */
export const SYSTEM = "system";

interface Explained {
  readonly performer_id: string;
  readonly reason?: string | null | undefined;
}

/** Why an event comes about that a client asks for. */
export function causeOf({ performer_id, reason }: Explained): Cause {
  const trigger = performer_id === SYSTEM ? "api_call" : "user_action";
  return reason === undefined || reason === null ? { trigger } : { trigger, reason };
}
