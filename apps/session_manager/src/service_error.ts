import { LedgerError } from "@session-ledger/session_contract";

/** A command that the service does not carry out, for a reason that is not a rule of sessions. Nothing changed. */
export class ServiceError extends LedgerError {}
