import { LedgerError } from "@session-ledger/session_contract";

/** A command that the rules refuse. Nothing was generated, recorded or changed. */
export class SessionRejected extends LedgerError {}
