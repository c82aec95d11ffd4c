import { join } from "node:path";
import { isOwner, isSessionId } from "@session-ledger/session_contract";
import { unpacked } from "./archive/archive_file.ts";
import { systemCode } from "./disk.ts";
import { fileChunks } from "./drafts.ts";
import {
  ARCHIVE_FOLDER,
  ARCHIVE_SUFFIX,
  archivesFolder,
  LOG_SUFFIX,
  logFileName,
  SESSION_ID_IN_NAME_MAX,
  sessionsFolder,
  USERS_FOLDER,
} from "./log_paths.ts";
import type { ReadDisk } from "./read_disk.ts";
import type { LogName } from "./recorder.ts";

/** How much of a log is read to learn a hashed session_id: its first line, at the most. */
const FIRST_LINE_BYTES = 512 * 1024;

const HASHED_NAME = /^~[0-9a-f]{64}$/;

/** A log's file as found on disk. */
export interface FoundLog {
  readonly log: LogName;
  /** Relative to the log root. */
  readonly file: string;
  /** False: the name is a hash whose session_id cannot be read; `log.session_id` is the file's stem instead. */
  readonly named: boolean;
}

/** A log stands as itself, or packed away as an archive. */
export type LogForm = "log" | "archive";

/** A log by the name of its file, whatever its form. */
export interface LogPlace {
  readonly user_id: string;
  /** As it is without what marks an archive. */
  readonly name: string;
}

/** Where the logs in a form stand, and how the bytes of a file are a log's. */
interface FormPlace {
  /** The folder of the users' folders, relative to the root. */
  readonly top: string;
  readonly folderOf: (user_id: string) => string;
  /** What follows the name of a log's file. */
  readonly suffix: string;
  readonly read: (disk: ReadDisk, path: string) => AsyncIterable<Buffer>;
}

const PLACES: Readonly<Record<LogForm, FormPlace>> = {
  log: { top: USERS_FOLDER, folderOf: sessionsFolder, suffix: "", read: fileChunks },
  archive: {
    top: join(ARCHIVE_FOLDER, USERS_FOLDER),
    folderOf: archivesFolder,
    suffix: ARCHIVE_SUFFIX,
    read: (disk, path) => unpacked(fileChunks(disk, path)),
  },
};

/** Every log below the root, by user and then by file name. Files that are no logs, and links, are passed over. */
export function findLogs(disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  return findIn("log", disk, root);
}

/** Every archived log below the root, likewise. */
export function findArchives(disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  return findIn("archive", disk, root);
}

/** The owners that have a folder for logs in this form. */
export async function listOwners(disk: ReadDisk, root: string, form: LogForm): Promise<readonly string[]> {
  const entries = await disk.list(join(root, PLACES[form].top));
  return entries.filter(({ kind, name }) => kind === "folder" && isOwner(name)).map(({ name }) => name);
}

/** The names of an owner's logs in this form. */
export async function listLogNames(
  disk: ReadDisk,
  root: string,
  form: LogForm,
  user_id: string,
): Promise<readonly string[]> {
  const { folderOf, suffix } = PLACES[form];
  const entries = await disk.list(join(root, folderOf(user_id)));
  return entries
    .filter(({ kind, name }) => kind === "file" && name.endsWith(suffix))
    .map(({ name }) => name.slice(0, name.length - suffix.length))
    .filter((name) => parseLogFileName(name) !== undefined);
}

/** The file of a log in a form, relative to the root. */
export function fileOf(form: LogForm, { user_id, name }: LogPlace): string {
  return join(PLACES[form].folderOf(user_id), name + PLACES[form].suffix);
}

/** A log's file by the name that `listLogNames` gave. A hashed name is looked up in the log's first line. */
export async function findLog(
  disk: ReadDisk,
  root: string,
  form: LogForm,
  { user_id, name }: LogPlace,
): Promise<FoundLog> {
  const parsed = parseLogFileName(name);
  const file = fileOf(form, { user_id, name });
  const session_id =
    parsed !== undefined && "session_id" in parsed
      ? parsed.session_id
      : await readSessionId(PLACES[form].read(disk, join(root, file)), name);
  return {
    log: { user_id, session_id: session_id ?? name.slice(0, -LOG_SUFFIX.length) },
    file,
    named: session_id !== undefined,
  };
}

async function* findIn(form: LogForm, disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  for (const user_id of await listOwners(disk, root, form)) {
    for (const name of await listLogNames(disk, root, form, user_id)) {
      yield findLog(disk, root, form, { user_id, name });
    }
  }
}

/** The session_id that the first line of a log states, if the file's name is its hash. */
async function readSessionId(chunks: AsyncIterable<Buffer>, name: string): Promise<string | undefined> {
  try {
    let text = Buffer.alloc(0);
    for await (const chunk of chunks) {
      text = Buffer.concat([text, chunk]);
      if (chunk.includes(0x0a) || text.length >= FIRST_LINE_BYTES) break;
    }
    const end = text.indexOf(0x0a);
    const first = JSON.parse(text.toString("utf8", 0, end < 0 ? text.length : end)) as {
      event?: { session_id?: unknown };
    };
    const session_id = first.event?.session_id;
    return typeof session_id === "string" && logFileName(session_id) === name ? session_id : undefined;
  } catch (error) {
    // Neither bytes that are no JSON nor an archive that is damaged name a session, nor does a file that is gone by now.
    if (error instanceof SyntaxError || systemCode(error)?.startsWith("Z_")) return undefined;
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether this stands for a session_id whose log does not tell it: the stem of the log's file. */
export function isHashedStem(session_id: string): boolean {
  return HASHED_NAME.test(session_id);
}

/**
 * What a file's name says of its log: the session_id, or that the id is hashed and stands in the log itself.
 * Undefined: the file is no log.
 */
function parseLogFileName(name: string): { session_id: string } | { hashed: true } | undefined {
  if (!name.endsWith(LOG_SUFFIX)) return undefined;
  const stem = name.slice(0, -LOG_SUFFIX.length);
  if (isHashedStem(stem)) return { hashed: true };
  return isSessionId(stem) && stem.length <= SESSION_ID_IN_NAME_MAX ? { session_id: stem } : undefined;
}
