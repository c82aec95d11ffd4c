import { ERROR_CODES, type ErrorCode } from "./error_codes.ts";
import type { ProblemMembers } from "./problem_members.ts";

/** One fault of a request: `path` is where (dotted, empty for the whole), `message` what. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface LedgerErrorOptions {
  /** What a stranger may read: no path of the machine, nothing the client sent. Default: the catalogue's meaning. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly members?: ProblemMembers;
  readonly cause?: unknown;
}

/**
 * The base of every error that the ledger's layers throw on purpose. Each layer has one class of its own and tells
 * its errors apart by `code`. `message` is for the operator's log and may name files; `detail` is for the client.
 */
export class LedgerError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly members: ProblemMembers | undefined;

  constructor(code: ErrorCode, message?: string, options: LedgerErrorOptions = {}) {
    super(`${code}: ${message ?? ERROR_CODES[code].meaning}`, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.detail = options.detail ?? ERROR_CODES[code].meaning;
    this.errors = options.errors;
    this.members = options.members;
  }
}
