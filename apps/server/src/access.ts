import { type Caller, HttpRejected, LOCAL_CALLER } from "@session-ledger/http_api";
import type { Request, RequestHandler } from "express";
import { guardHost } from "./host_guard.ts";
import { inTurn } from "./in_turn.ts";
import type { KeyRing } from "./key_ring.ts";
import { limitRate, type RateLimits } from "./rate_limit.ts";

/** What supervisors ask, who must be answered however often they do. */
const PROBE_PATH = /^(?:\/livez|\/readyz|\/session_backend\/health(?:\/(?:live|ready|db))?)$/;

/** Who may come in, and how often. */
export interface Access {
  readonly callerOf: (request: Request) => Caller;
  /** Stands before everything that the server answers. */
  readonly guard: RequestHandler;
}

/** Without keys only this machine comes in, and does everything. */
export const LOCAL_ACCESS: Access = { callerOf: () => LOCAL_CALLER, guard: guardHost };

/** With keys anyone may ask from anywhere, and each key and address has its limit. */
export function keyedAccess(keys: KeyRing, limits: RateLimits): Access {
  const callerOf = (request: Request): Caller => keys.callerOf(request);
  const guard = inTurn(requireHost, limitRate({ limits, callerOf, unlimited_path: PROBE_PATH }));
  return { callerOf, guard };
}

/** RFC 9112, 3.2: a request of HTTP/1.1 names its host. */
const requireHost: RequestHandler = (request, _response, next) => {
  if (request.headers.host !== undefined || request.httpVersion === "1.0") next();
  else next(new HttpRejected("REQUEST_INVALID", undefined, { detail: "`Host` is missing." }));
};
