import { type Caller, HttpRejected } from "@session-ledger/http_api";
import type { Request, RequestHandler } from "express";
import { type AugmentedRequest, ipKeyGenerator, rateLimit } from "express-rate-limit";
import type { ServerConfig } from "./config.ts";

export type RateLimits = Pick<
  ServerConfig,
  "rate_limit_seconds" | "rate_limit_requests" | "rate_limit_service_requests"
>;

export interface RateLimitOptions {
  readonly limits: RateLimits;
  readonly callerOf: (request: Request) => Caller;
  readonly unlimited_path: RegExp;
}

/**
 * Refuses what a key, or an address without one, asks beyond its number in a window of time: `RATE_LIMITED`. What is
 * counted is forgotten with its window. A proxy in front is one address; who stands behind it is known by its key.
 */
export function limitRate({ limits, callerOf, unlimited_path }: RateLimitOptions): RequestHandler {
  return rateLimit({
    windowMs: limits.rate_limit_seconds * 1000,
    limit: (request) => requestsMax(callerOf(request), limits),
    keyGenerator: (request) => whoAsks(callerOf(request), request),
    skip: (request) => unlimited_path.test(request.path),
    standardHeaders: false,
    legacyHeaders: false,
    // Its checks of these options speak on stderr, which is for what stands against a start.
    validate: false,
    handler: (request, response, next) => {
      response.setHeader("Retry-After", secondsLeft(request as AugmentedRequest));
      next(new HttpRejected("RATE_LIMITED"));
    },
  });
}

/** How long until what was counted is forgotten. */
function secondsLeft({ rateLimit: info }: AugmentedRequest): number {
  const reset_ms = info?.resetTime?.getTime() ?? 0;
  return Math.max(1, Math.ceil((reset_ms - Date.now()) / 1000));
}

function requestsMax({ role }: Caller, limits: RateLimits): number {
  const speaks_for_many = role === "service" || role === "operator";
  return speaks_for_many ? limits.rate_limit_service_requests : limits.rate_limit_requests;
}

/** A name cannot be taken for an address: each has its own first letter. */
function whoAsks({ principal }: Caller, request: Request): string {
  return principal === undefined
    ? `address ${ipKeyGenerator(request.socket.remoteAddress ?? "")}`
    : `key ${principal}`;
}
