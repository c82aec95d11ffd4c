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

/** Where a kind of file stands, and how its bytes are a log's. */
interface LogPlace {
  /** The folder of the users' folders, relative to the root. */
  readonly top: string;
  readonly folderOf: (user_id: string) => string;
  /** What follows the name of a log's file. */
  readonly suffix: string;
  readonly read: (disk: ReadDisk, path: string) => AsyncIterable<Buffer>;
}

const LOGS: LogPlace = { top: USERS_FOLDER, folderOf: sessionsFolder, suffix: "", read: fileChunks };
const ARCHIVES: LogPlace = {
  top: join(ARCHIVE_FOLDER, USERS_FOLDER),
  folderOf: archivesFolder,
  suffix: ARCHIVE_SUFFIX,
  read: (disk, path) => unpacked(fileChunks(disk, path)),
};

/** Every log below the root, by user and then by file name. Files that are no logs, and links, are passed over. */
export function findLogs(disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  return findIn(LOGS, disk, root);
}

/** Every archived log below the root, likewise. */
export function findArchives(disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  return findIn(ARCHIVES, disk, root);
}

async function* findIn(place: LogPlace, disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  for (const user of await disk.list(join(root, place.top))) {
    if (user.kind !== "folder" || !isOwner(user.name)) continue;
    const folder = place.folderOf(user.name);
    for (const entry of await disk.list(join(root, folder))) {
      if (entry.kind !== "file" || !entry.name.endsWith(place.suffix)) continue;
      const name = entry.name.slice(0, entry.name.length - place.suffix.length);
      const parsed = parseLogFileName(name);
      if (parsed === undefined) continue;
      const file = join(folder, entry.name);
      const session_id =
        "session_id" in parsed
          ? parsed.session_id
          : await readSessionId(place.read(disk, join(root, file)), name);
      yield {
        log: { user_id: user.name, session_id: session_id ?? name.replace(/\.jsonl$/, "") },
        file,
        named: session_id !== undefined,
      };
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
    // Neither bytes that are no JSON nor an archive that is damaged name a session.
    if (error instanceof SyntaxError || systemCode(error)?.startsWith("Z_")) return undefined;
    throw error;
  }
}

/**
 * What a file's name says of its log: the session_id, or that the id is hashed and stands in the log itself.
 * Undefined: the file is no log.
 */
function parseLogFileName(name: string): { session_id: string } | { hashed: true } | undefined {
  if (!name.endsWith(LOG_SUFFIX)) return undefined;
  const stem = name.slice(0, -LOG_SUFFIX.length);
  if (HASHED_NAME.test(stem)) return { hashed: true };
  return isSessionId(stem) && stem.length <= SESSION_ID_IN_NAME_MAX ? { session_id: stem } : undefined;
}
