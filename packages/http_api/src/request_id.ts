import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction, Request, Response } from "express";

const HEADER = "X-Request-Id";

/** An id that a proxy or client gave is kept if it is safe to log and to show. */
const SANE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The request's id. The first call sets it as the answer's `X-Request-Id`; later calls give the same. */
export function requestIdOf(request: IncomingMessage, response: ServerResponse): string {
  const given = response.getHeader(HEADER);
  if (typeof given === "string") return given;
  const inbound = request.headers["x-request-id"];
  const id = typeof inbound === "string" && SANE_ID.test(inbound) ? inbound : randomUUID();
  if (!response.headersSent) response.setHeader(HEADER, id);
  return id;
}

/** Gives every request an id, whichever way it is answered. */
export function requestIds(request: Request, response: Response, next: NextFunction): void {
  requestIdOf(request, response);
  next();
}
