import { hash } from "node:crypto";
import type { Idempotency } from "@session-ledger/session_contract";
import type { Request, Response } from "express";
import { z } from "zod";
import { HttpRejected } from "./http_rejected.ts";

/** 1 to 255 visible ASCII characters. A header that is sent twice arrives joined by a space, and so is none. */
export const IDEMPOTENCY_KEY = /^[!-~]{1,255}$/;

/**
 * The client's own key of a request, with the SHA-256 of the very bytes of its body; undefined if it sent none.
 * @throws HttpRejected `REQUEST_INVALID`, whatever the face answers input with that is not valid
 */
export function idempotencyOf(request: Request): Idempotency | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  assertIdempotencyKey(request);
  const body: unknown = request.body;
  return { key: String(key), body_sha256: hash("sha256", Buffer.isBuffer(body) ? body : "", "hex") };
}

/** @throws HttpRejected `REQUEST_INVALID` for a key that is not of the form */
export function assertIdempotencyKey({ headers }: Request): void {
  const key = headers["idempotency-key"];
  if (key === undefined || (typeof key === "string" && IDEMPOTENCY_KEY.test(key))) return;
  const message = "must be 1 to 255 visible ASCII characters, sent once";
  throw new HttpRejected("REQUEST_INVALID", undefined, {
    detail: `\`Idempotency-Key\` ${message}.`,
    errors: [{ path: "Idempotency-Key", message }],
  });
}

/** The `Idempotent-Replayed` of an answer, as the API's description has it. */
export const ReplayedSchema = z
  .literal("true")
  .meta({ description: "This is the first answer to the `Idempotency-Key`, given again." });

/** Says that this answer is the first one to its key, given again. */
export function setReplayed(response: Response): void {
  response.setHeader("Idempotent-Replayed", "true");
}
