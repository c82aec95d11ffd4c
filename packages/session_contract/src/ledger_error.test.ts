import { expect, test } from "vitest";
import { ERROR_CODES } from "./error_codes.ts";
import { LedgerError } from "./ledger_error.ts";

class LayerError extends LedgerError {}

test("an error says which layer threw it, and its code", () => {
  const error = new LayerError("LOG_CORRUPT");
  expect(error).toBeInstanceOf(LedgerError);
  expect(error.name).toBe("LayerError");
  expect(error.code).toBe("LOG_CORRUPT");
  expect(error.message).toBe(`LOG_CORRUPT: ${ERROR_CODES.LOG_CORRUPT.meaning}`);
});

test("what the operator reads stays out of what the client reads", () => {
  const error = new LayerError("LOG_CORRUPT", "users/u/sessions/s.jsonl line 3");
  expect(error.message).toBe("LOG_CORRUPT: users/u/sessions/s.jsonl line 3");
  expect(error.detail).toBe(ERROR_CODES.LOG_CORRUPT.meaning);
});

test("detail, errors and cause are kept", () => {
  const cause = new Error("EIO");
  const errors = [{ path: "user_id", message: "must be a string" }];
  const error = new LayerError("CONTENT_INVALID", undefined, {
    detail: "One field is wrong.",
    errors,
    cause,
  });
  expect(error.detail).toBe("One field is wrong.");
  expect(error.errors).toBe(errors);
  expect(error.cause).toBe(cause);
});
