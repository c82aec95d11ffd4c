// Where things stand below the log root:
//
//   users/<user_id>/sessions/<session_id>.jsonl           one log a session
//   users/<user_id>/sessions/~<sha256 of the id>.jsonl    the log of a session_id over 200 characters
//   users/<user_id>/sessions/<name>.jsonl.torn-<time>     what recovery cut off a log
//   archive/users/<user_id>/sessions/<name>.jsonl.gz      an archived log, compressed
//   .ledger/                                              the recorder's own
//   .ledger/drafts/<incarnation>                          what is to take the place of a log or of an archive
import { hash as digest } from "node:crypto";
import { join } from "node:path";
import type { LogName } from "./recorder.ts";

/** A longer session_id is stored under its SHA-256: a file's name has at most 255 bytes, and suffixes need room. */
export const SESSION_ID_IN_NAME_MAX = 200;

export const LOG_SUFFIX = ".jsonl";

export const ARCHIVE_SUFFIX = ".gz";

export const USERS_FOLDER = "users";
export const ARCHIVE_FOLDER = "archive";
export const LEDGER_FOLDER = ".ledger";
export const DRAFTS_FOLDER = join(LEDGER_FOLDER, "drafts");

/**
 * The folder of a user's logs, relative to the root. Ids are safe in a path, so it is put together without `join`,
 * which would look at every character of it for every append.
 */
export function sessionsFolder(user_id: string): string {
  return `${USERS_FOLDER}/${user_id}/sessions`;
}

/** The name of a session's file. */
export function logFileName(session_id: string): string {
  const stem = session_id.length > SESSION_ID_IN_NAME_MAX ? hashedStem(session_id) : session_id;
  return stem + LOG_SUFFIX;
}

/** A log's file, relative to the root. */
export function logFile(log: LogName): string {
  return `${sessionsFolder(log.user_id)}/${logFileName(log.session_id)}`;
}

/** The folder of a user's archived logs, relative to the root. */
export function archivesFolder(user_id: string): string {
  return join(ARCHIVE_FOLDER, sessionsFolder(user_id));
}

/** Where a log stands once it is archived, relative to the root. */
export function archiveFile(log: LogName): string {
  return join(archivesFolder(log.user_id), logFileName(log.session_id) + ARCHIVE_SUFFIX);
}

/** What is being made ready to take the place of a log or an archive, relative to the root. */
export function draftFile(incarnation: string): string {
  return join(DRAFTS_FOLDER, incarnation);
}

/** Where the bytes that recovery cuts off a log are kept. */
export function tornFile(file: string, recorded_at: string): string {
  return `${file}.torn-${recorded_at.replace(/[-:.]/g, "")}`;
}

let last_key = { user_id: "", session_id: "", text: "/" };

/**
 * A log's identity as one string; `/` stands in no id. An append asks for it a dozen times in a row, and a string that
 * was looked up before is found faster than an equal one that is new.
 */
export function logKey({ user_id, session_id }: LogName): string {
  if (last_key.session_id !== session_id || last_key.user_id !== user_id) {
    last_key = { user_id, session_id, text: `${user_id}/${session_id}` };
  }
  return last_key.text;
}

function hashedStem(session_id: string): string {
  return `~${digest("sha256", session_id, "hex")}`;
}
