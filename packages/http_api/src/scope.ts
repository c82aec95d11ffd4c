// What a caller may ask for. These rules are the only ones: a face names the roles of its operations, and asks here
// whether a caller may act for a user and whose sessions the caller sees.
import { type ErrorCode, SYSTEM_PERFORMER_ID } from "@session-ledger/session_contract";
import type { Caller, Roles } from "./caller.ts";
import { HttpRejected } from "./http_rejected.ts";

/** What a request that acts for a user may be refused with, whoever the session belongs to. */
export const ACT_ERRORS: readonly ErrorCode[] = ["FORBIDDEN_USER", "FORBIDDEN_PERFORMER"];

/** In whose name a request acts. */
export interface Act {
  readonly user_id: string;
  readonly performer_id?: string | null | undefined;
}

/** @throws HttpRejected `UNAUTHENTICATED`, `FORBIDDEN_ROLE` */
export function assertMayCall(caller: Caller, roles: Roles): void {
  if (roles === "anyone" || caller.role === "local") return;
  if (caller.role === "stranger") throw unauthenticated(caller.showed_key);
  if (!roles.includes(caller.role)) throw new HttpRejected("FORBIDDEN_ROLE");
}

/**
 * A user's key acts for that user alone, and never as the system.
 * @throws HttpRejected `FORBIDDEN_USER`, `FORBIDDEN_PERFORMER`
 */
export function assertMayActFor(caller: Caller, { user_id, performer_id }: Act): void {
  const only_user = onlyUserOf(caller);
  if (only_user === undefined) return;
  if (user_id !== only_user) throw new HttpRejected("FORBIDDEN_USER");
  if (performer_id === SYSTEM_PERFORMER_ID) throw new HttpRejected("FORBIDDEN_PERFORMER");
}

/**
 * The one user whose sessions the caller sees, undefined if it sees every user's.
 * @throws HttpRejected `UNAUTHENTICATED` for a stranger, who sees none
 */
export function onlyUserOf(caller: Caller): string | undefined {
  if (caller.role === "stranger") throw unauthenticated(caller.showed_key);
  return caller.role === "user" ? caller.user_id : undefined;
}

/**
 * The user that a request is about: the one it names, if the caller may name it, else the caller's only one.
 * @throws HttpRejected `FORBIDDEN_USER`
 */
export function userAskedFor(caller: Caller, named: string | undefined): string | undefined {
  if (named === undefined) return onlyUserOf(caller);
  assertMayActFor(caller, { user_id: named });
  return named;
}

function unauthenticated(showed_key: boolean): HttpRejected {
  const detail = showed_key
    ? "The key is not known here."
    : "Send a key: `Authorization: Bearer` and the key behind it.";
  return new HttpRejected("UNAUTHENTICATED", undefined, { detail });
}
