import { join } from "node:path";
import { isOwner, isSessionId } from "@session-ledger/session_contract";
import {
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

/** Every log below the root, by user and then by file name. Files that are no logs, and links, are passed over. */
export async function* findLogs(disk: ReadDisk, root: string): AsyncGenerator<FoundLog, void> {
  for (const user of await disk.list(join(root, USERS_FOLDER))) {
    if (user.kind !== "folder" || !isOwner(user.name)) continue;
    const folder = sessionsFolder(user.name);
    for (const entry of await disk.list(join(root, folder))) {
      const parsed = entry.kind === "file" ? parseLogFileName(entry.name) : undefined;
      if (parsed === undefined) continue;
      const file = join(folder, entry.name);
      const session_id =
        "session_id" in parsed ? parsed.session_id : await readSessionId(disk, join(root, file), entry.name);
      yield {
        log: { user_id: user.name, session_id: session_id ?? entry.name.replace(/\.jsonl$/, "") },
        file,
        named: session_id !== undefined,
      };
    }
  }
}

/** The session_id that the first line of a log states, if the file's name is its hash. */
async function readSessionId(disk: ReadDisk, path: string, name: string): Promise<string | undefined> {
  const file = await disk.open(path, "read");
  try {
    const chunk = Buffer.allocUnsafe(FIRST_LINE_BYTES);
    let length = 0;
    while (length < chunk.length && !chunk.subarray(0, length).includes(0x0a)) {
      const count = await file.read(chunk.subarray(length), length);
      if (count === 0) break;
      length += count;
    }
    const end = chunk.subarray(0, length).indexOf(0x0a);
    const first = JSON.parse(chunk.toString("utf8", 0, end < 0 ? length : end)) as {
      event?: { session_id?: unknown };
    };
    const session_id = first.event?.session_id;
    return typeof session_id === "string" && logFileName(session_id) === name ? session_id : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  } finally {
    await file.close();
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
