import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LogName } from "@session-ledger/schema_recorder";
import { isSessionId, UserIdSchema } from "@session-ledger/session_contract";
import { UsageError } from "../usage_error.ts";

/** A file that upstream would take for a session's log. */
export interface UpstreamFile {
  readonly path: string;
  /** Relative to the imported folder, for reports. */
  readonly file: string;
  /** The ids that the path states; valid only without a `problem`. */
  readonly log: LogName;
  /** Why it cannot be a log of ours, if its path says so already. */
  readonly problem: string | undefined;
}

const SUFFIX = ".jsonl";

/** @throws UsageError when the folder is not an upstream root */
export async function assertUpstreamRoot(root: string): Promise<void> {
  if (!(await isFolder(join(root, "users"))))
    throw new UsageError(`there is no folder ${join(root, "users")}`);
}

/**
 * The logs of an upstream root, `users/<user_id>/sessions/<session_id>.jsonl`, by user and then by file name. What
 * has another ending is upstream's own affair (it keeps features beside its logs) and is passed over.
 */
export async function* findUpstreamLogs(root: string): AsyncGenerator<UpstreamFile, void> {
  for (const user of await list(join(root, "users"))) {
    const folder = join("users", user.name, "sessions");
    if (!(await isFolder(join(root, folder)))) continue;
    for (const entry of await list(join(root, folder))) {
      if (entry.name.endsWith(SUFFIX)) yield toUpstreamFile(root, folder, user.name, entry);
    }
  }
}

function toUpstreamFile(root: string, folder: string, user_id: string, entry: Dirent): UpstreamFile {
  const file = join(folder, entry.name);
  const log = { user_id, session_id: entry.name.slice(0, -SUFFIX.length) };
  return { path: join(root, file), file, log, problem: problemOf(log, entry) };
}

function problemOf({ user_id, session_id }: LogName, entry: Dirent): string | undefined {
  if (!UserIdSchema.safeParse(user_id).success) return "the folder's name is not a valid user_id";
  if (!isSessionId(session_id)) return "the file's name is not a valid session_id";
  return entry.isFile() ? undefined : "it is not a regular file";
}

async function list(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
