// Reads the bytes of a body. The reader of Express would do, but its layers cost as much as the routing: for every
// request it looks up the charset and the decoder, and keeps an asynchronous context.
import { LINE_BYTES_MAX } from "@session-ledger/session_contract";
import type { Request, RequestHandler } from "express";
import { HttpRejected } from "./http_rejected.ts";
import { InputInvalid } from "./input_invalid.ts";

/** The longest body. It is above the longest line, so that an event which is too large is told as that. */
export const BODY_BYTES_MAX = LINE_BYTES_MAX + 64 * 1024;

const JSON_MEDIA_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i;

/**
 * Leaves the bytes of a body as `request.body`. A compressed body is refused as a media type, since its size is known
 * too late. Passes on HttpRejected `MEDIA_TYPE_UNSUPPORTED` or `BODY_TOO_LARGE`, and InputInvalid for a body that was
 * cut.
 */
export function bodyReader(bytes_max: number = BODY_BYTES_MAX): RequestHandler {
  return (request, _response, next) => {
    if (!hasBody(request)) next();
    else if (!isJson(request)) next(new HttpRejected("MEDIA_TYPE_UNSUPPORTED"));
    else readBytes(request, bytes_max, next);
  };
}

/** A body that is too large is read off before it is refused: a client that is still sending would miss the answer. */
function readBytes(request: Request, bytes_max: number, next: (error?: unknown) => void): void {
  let byte_count = 0;
  let chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => {
    byte_count += chunk.length;
    if (byte_count <= bytes_max) chunks.push(chunk);
    else chunks = [];
  });
  request.once("end", () => {
    if (byte_count > bytes_max) {
      next(new HttpRejected("BODY_TOO_LARGE"));
      return;
    }
    request.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    next();
  });
  // What has ended closes too.
  request.once("close", () => {
    if (!request.readableEnded) next(new InputInvalid({ path: "", message: "ended before its length" }));
  });
}

function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function isJson({ headers }: Request): boolean {
  const encoding = headers["content-encoding"] ?? "identity";
  return JSON_MEDIA_TYPE.test(headers["content-type"] ?? "") && encoding.toLowerCase() === "identity";
}
