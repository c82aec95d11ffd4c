export * from "./anonymous_sessions_client.ts";
export type { ClientOptions } from "./client_options.ts";
export { createLedgerClient, type LedgerClient } from "./ledger_client.ts";
export type { SessionTail, TailEnd, TailOptions } from "./live_tail.ts";
export * from "./server_client.ts";
export * from "./session_backend_client.ts";
export {
  type ClientFailureCode,
  SessionClientError,
  type SessionClientErrorCode,
} from "./session_client_error.ts";
export type { LinesOptions } from "./session_lines.ts";
export * from "./session_manager_client.ts";
export type { CallOptions } from "./transport.ts";
