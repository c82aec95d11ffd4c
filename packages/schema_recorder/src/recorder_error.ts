import { LedgerError } from "@session-ledger/session_contract";

/** A store that cannot or will not do what was asked. `message` may name files; `detail` never does. */
export class RecorderError extends LedgerError {}
