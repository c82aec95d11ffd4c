import type { ErrorCode, Problem } from "@session-ledger/session_contract";

/**
 * What a client meets that no server has told it: no answer (`CONNECTION_FAILED`), none in time (`ATTEMPT_TIMED_OUT`),
 * or one that is not the ledger's (`ANSWER_UNEXPECTED`).
 */
export type ClientFailureCode = "CONNECTION_FAILED" | "ATTEMPT_TIMED_OUT" | "ANSWER_UNEXPECTED";

/** Stable, so that programs branch on it. A newer server may know codes that this client does not. */
export type SessionClientErrorCode = ErrorCode | ClientFailureCode;

export interface SessionClientErrorOptions {
  readonly status?: number | undefined;
  readonly problem?: Problem | undefined;
  readonly retry_after_seconds?: number | undefined;
  readonly cause?: unknown;
}

/** A call that failed, after the last attempt. Told apart by `code`. */
export class SessionClientError extends Error {
  override readonly name = "SessionClientError";
  readonly code: SessionClientErrorCode;
  /** The answer's HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** What the server said, with `detail`, `errors` and why a session is not found. */
  readonly problem: Problem | undefined;
  /** The answer's `Retry-After`. */
  readonly retry_after_seconds: number | undefined;

  constructor(code: SessionClientErrorCode, detail: string, options: SessionClientErrorOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.problem = options.problem;
    this.retry_after_seconds = options.retry_after_seconds;
  }

  /** Whether the request may have been carried out although it failed. */
  get outcome_unknown(): boolean {
    if (this.code === "STORE_FAILED") return true;
    return this.problem === undefined && this.status !== 429;
  }

  /** Whether it may pass by itself, so that the same request is worth sending again. */
  get passes(): boolean {
    if (this.code === "CONNECTION_FAILED" || this.code === "ATTEMPT_TIMED_OUT") return true;
    if (this.retry_after_seconds !== undefined) return true;
    return this.status !== undefined && PASSING_STATUSES.has(this.status);
  }
}

/** Too many requests, and what gateways and servers answer while they cannot do their work. */
const PASSING_STATUSES = new Set([429, 502, 503, 504]);
