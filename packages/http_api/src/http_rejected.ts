import { LedgerError } from "@session-ledger/session_contract";

/** A request that HTTP itself refuses: no such route, a foreign method or media type, a body over the limit. */
export class HttpRejected extends LedgerError {}
