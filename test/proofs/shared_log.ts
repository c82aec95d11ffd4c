import type { LogName } from "@session-ledger/schema_recorder";

/** The one session to which every process of a race adds. */
export const SHARED_LOG: LogName = { user_id: "racers", session_id: "sess_00000000000000ff" };
