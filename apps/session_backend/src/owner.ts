import { type Caller, userAskedFor } from "@session-ledger/http_api";

/** Owns the sessions of callers who act for no user. No client can name it. */
const OWNER = "_agents";

/**
 * The owner of the sessions that a request is about: ids are unique for each.
 * @throws HttpRejected `FORBIDDEN_USER` for a user's key that names another user
 */
export function ownerOf(caller: Caller, user_id: string | undefined): string {
  const user = userAskedFor(caller, user_id);
  return user === undefined ? OWNER : `${OWNER}.${user}`;
}
