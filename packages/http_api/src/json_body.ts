import {
  ERROR_CODES,
  JsonMalformed,
  JsonRefused,
  type JsonValue,
  parseJson,
} from "@session-ledger/session_contract";
import type { Request } from "express";
import { InputInvalid } from "./input_invalid.ts";

/**
 * The JSON of the body that `bodyReader` read, undefined if the request has none.
 * @throws InputInvalid for what is not JSON, or is JSON that the ledger cannot hold exactly
 */
export function jsonBody(request: Request): JsonValue | undefined {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined;
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonMalformed) throw new InputInvalid({ path: "", message: "is not JSON in UTF-8" });
    if (error instanceof JsonRefused) {
      throw new InputInvalid({ path: "", message: `is refused: ${ERROR_CODES[error.code].title}` });
    }
    throw error;
  }
}
