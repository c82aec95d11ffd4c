import type { ErrorCode } from "@session-ledger/session_contract";

/** What a session's damaged log is answered with, whatever was asked of the session. */
export const LOG_ERRORS: readonly ErrorCode[] = ["LOG_CORRUPT", "LOG_TRUNCATED", "LOG_FORMAT_UNSUPPORTED"];

/** What a store that takes nothing now answers to any change. */
export const STORE_ERRORS: readonly ErrorCode[] = [
  "STORE_FULL",
  "STORE_OVERLOADED",
  "STORE_UNAVAILABLE",
  "STORE_FAILED",
];

/** What a request with an idempotency key may be refused with. */
export const IDEMPOTENCY_ERRORS: readonly ErrorCode[] = [
  "IDEMPOTENCY_KEY_IN_FLIGHT",
  "IDEMPOTENCY_KEY_REUSED",
];

/** What any change of a log may be refused with. */
export const CHANGE_ERRORS: readonly ErrorCode[] = [
  ...LOG_ERRORS,
  "LINE_TOO_LONG",
  "SEQ_CONFLICT",
  ...STORE_ERRORS,
];

/** What an append to a log may be refused with that may carry an idempotency key. */
export const APPEND_ERRORS: readonly ErrorCode[] = [...CHANGE_ERRORS, ...IDEMPOTENCY_ERRORS];
