import { z } from "zod";

/** Owners whose id begins with `_` are the ledger's own; no client can name one. */
export const RESERVED_OWNERS = /^_(?:anonymous|agents(?:\.[A-Za-z0-9][A-Za-z0-9._-]{0,127})?)$/;

const USER_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const SESSION_ID = /^[A-Za-z0-9_-]{1,255}$/;

/** A user's pseudonymous id. It names a folder, so its alphabet is narrow. */
export const UserIdSchema = z
  .string()
  .regex(USER_ID, "must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or a digit");

/** A session's id, of any face. It names a file, so its alphabet is narrow. */
export const SessionIdSchema = z.string().regex(SESSION_ID, "must be 1 to 255 of A-Z a-z 0-9 _ -");

/** A record's id: a random UUID. */
export const RecordIdSchema = z.uuidv4("must be a UUID, version 4");

/** Whether `owner` may own a log: a user, or one of the ledger's own owners. */
export function isOwner(owner: string): boolean {
  return USER_ID.test(owner) || RESERVED_OWNERS.test(owner);
}

/** Whether `session_id` may name a log. */
export function isSessionId(session_id: string): boolean {
  return SESSION_ID.test(session_id);
}
