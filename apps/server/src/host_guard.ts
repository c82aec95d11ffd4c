// Without authentication a web page must not drive the server. A page that rebinds its DNS name to 127.0.0.1 is
// known by its `Host`, any other page by its `Origin`; both must be loopback names, with whatever port.
import { LedgerError } from "@session-ledger/session_contract";
import type { RequestHandler } from "express";
import { isLoopback } from "./loopback.ts";

const AUTHORITY = /^(?:\[([0-9A-Fa-f:.]{1,45})\]|([A-Za-z0-9.-]{1,253}))(?::\d{0,5})?$/;
const ORIGIN_SCHEME = /^https?:\/\//i;

/** Refuses a request whose `Host` or `Origin` is not of this machine: `HOST_FORBIDDEN`, `ORIGIN_FORBIDDEN`. */
export const guardHost: RequestHandler = (request, _response, next) => {
  const { host, origin } = request.headers;
  if (host === undefined || !isLoopbackAuthority(host)) next(new LedgerError("HOST_FORBIDDEN"));
  else if (origin !== undefined && !isLoopbackOrigin(origin)) next(new LedgerError("ORIGIN_FORBIDDEN"));
  else next();
};

function isLoopbackOrigin(origin: string): boolean {
  return ORIGIN_SCHEME.test(origin) && isLoopbackAuthority(origin.replace(ORIGIN_SCHEME, ""));
}

function isLoopbackAuthority(authority: string): boolean {
  const match = AUTHORITY.exec(authority);
  const name = match?.[1] ?? match?.[2];
  return name !== undefined && isLoopback(name);
}
