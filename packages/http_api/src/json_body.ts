import {
  ERROR_CODES,
  JsonMalformed,
  JsonRefused,
  type JsonValue,
  LINE_BYTES_MAX,
  parseJson,
} from "@session-ledger/session_contract";
import express, { type Request, type RequestHandler } from "express";
import { HttpRejected } from "./http_rejected.ts";
import { InputInvalid } from "./input_invalid.ts";

/** The longest body. It is above the longest line, so that an event which is too large is told as that. */
export const BODY_BYTES_MAX = LINE_BYTES_MAX + 64 * 1024;

const JSON_MEDIA_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i;

/**
 * Reads the bytes of a body. A compressed body is refused as a media type, since its size is known too late.
 * Passes on HttpRejected `MEDIA_TYPE_UNSUPPORTED` or `BODY_TOO_LARGE`, and InputInvalid for a body that was cut.
 */
export function bodyReader(bytes_max: number = BODY_BYTES_MAX): RequestHandler {
  const read = express.raw({ type: () => true, limit: bytes_max, inflate: false });
  return (request, response, next) => {
    if (hasBody(request) && !JSON_MEDIA_TYPE.test(request.headers["content-type"] ?? "")) {
      next(new HttpRejected("MEDIA_TYPE_UNSUPPORTED"));
      return;
    }
    read(request, response, (error?: unknown) => {
      if (error === undefined) next();
      else next(toReadError(error));
    });
  };
}

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

function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The body reader of Express tells its errors apart by a status, which stands for one code of ours each. */
function toReadError(error: unknown): unknown {
  if (!(error instanceof Error) || !("status" in error)) return error;
  switch (error.status) {
    case 413:
      return new HttpRejected("BODY_TOO_LARGE", undefined, { cause: error });
    case 415:
      return new HttpRejected("MEDIA_TYPE_UNSUPPORTED", undefined, { cause: error });
    case 400:
      return new InputInvalid({ path: "", message: "ended before its length" });
    default:
      return error;
  }
}
