import type { Request, Response } from "express";
import { HttpRejected } from "./http_rejected.ts";

/**
 * The one of the offered media types that the client likes best; the first one if it does not say.
 * @throws HttpRejected `NOT_ACCEPTABLE`
 */
export function chooseMediaType<const Offered extends readonly [string, ...string[]]>(
  request: Request,
  response: Response,
  offered: Offered,
): Offered[number] {
  response.vary("Accept");
  const chosen = request.accepts([...offered]);
  if (chosen === false) throw new HttpRejected("NOT_ACCEPTABLE");
  return chosen;
}
