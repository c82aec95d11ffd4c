import {
  ERROR_CODES,
  type ErrorCode,
  type FieldError,
  LedgerError,
  type Problem,
  type ProblemMembers,
} from "@session-ledger/session_contract";
import { HTTP_STATUS } from "./http_status.ts";
import { InputInvalid } from "./input_invalid.ts";

/** How long a client should wait before it tries again, by the codes that pass by themselves. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  CLAIM_TAKEN: 1,
  IDEMPOTENCY_KEY_IN_FLIGHT: 1,
  SEQ_CONFLICT: 1,
  JOURNAL_CORRUPT: 60,
  LOG_ROOT_LOCKED: 5,
  STORE_FAILED: 5,
  STORE_FULL: 30,
  STORE_OVERLOADED: 1,
  STORE_UNAVAILABLE: 5,
  TAILS_EXHAUSTED: 5,
};

/**
 * The problem that an error is told as. An error that no layer threw on purpose is `INTERNAL_ERROR` and says
 * nothing of itself; only `detail` of the others is told, since `message` is the operator's.
 */
export function toProblem(error: unknown, request_id: string): Problem {
  const { code, detail, errors, members } = told(error);
  return {
    type: `urn:session-ledger:error:${code}`,
    title: ERROR_CODES[code].title,
    status: HTTP_STATUS[code],
    detail,
    code,
    request_id,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...members,
  };
}

/** The seconds of `Retry-After` for a code, undefined where waiting alone does not help, or where the wait differs. */
export function retryAfterSeconds(code: ErrorCode): number | undefined {
  return RETRY_AFTER_SECONDS[code];
}

interface Told {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[] | undefined;
  readonly members?: ProblemMembers | undefined;
}

function told(error: unknown): Told {
  if (error instanceof LedgerError) return error;
  if (error instanceof InputInvalid) {
    return { code: "REQUEST_INVALID", detail: error.detail, errors: error.errors };
  }
  // Express throws it for a path whose percent-encoding is broken.
  if (error instanceof URIError) {
    return { code: "REQUEST_INVALID", detail: "The path is not percent-encoded UTF-8." };
  }
  return { code: "INTERNAL_ERROR", detail: ERROR_CODES.INTERNAL_ERROR.meaning };
}
