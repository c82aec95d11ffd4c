import { gunzipSync } from "node:zlib";
import type { Line } from "@session-ledger/session_contract";
import { ARCHIVE_FOLDER, ARCHIVE_SUFFIX, LOG_SUFFIX, logFile, logKey, USERS_FOLDER } from "../log_paths.ts";
import { LogScanner } from "../log_scanner.ts";
import type { LogName } from "../recorder.ts";
import type { FileTree } from "./test_file_tree.ts";

/** Where the log root stands on a simulated disk. */
export const LOG_ROOT = "/ledger";

/** The bytes of every log, read from the disk itself and verified from end to end. */
export interface LogFiles {
  readonly lines: ReadonlyMap<string, readonly Line[]>;
  readonly sizes: ReadonlyMap<string, number>;
  /** The logs that are archived. */
  readonly archived: ReadonlySet<string>;
  /** What does not verify, in words. */
  readonly faults: readonly string[];
}

export function readLogFiles(tree: FileTree): LogFiles {
  const lines = new Map<string, Line[]>();
  const sizes = new Map<string, number>();
  const archived = new Set<string>();
  const faults: string[] = [];
  for (const { log, path, is_archive } of logsOf(tree)) {
    const key = logKey(log);
    const content = is_archive ? unpacked(tree, path) : tree.content(tree.find(path)!);
    if (lines.has(key)) faults.push(`${key} stands as a log and as an archive`);
    if (is_archive) archived.add(key);
    const scanner = new LogScanner(log);
    const found: Line[] = [];
    scanner.push(
      content,
      (line) => found.push(line),
      (fault) => faults.push(`${fault.file} line ${fault.line}: ${fault.reason}`),
    );
    const { unfinished_bytes, faults: unaccounted } = scanner.finish();
    for (const { line, reason } of unaccounted) faults.push(`${key} line ${line}: ${reason}`);
    if (unfinished_bytes > 0) faults.push(`${key} ends in ${unfinished_bytes} unfinished bytes`);
    if (content.length === 0) faults.push(`${key} is empty`);
    lines.set(key, found);
    sizes.set(key, content.length);
  }
  return { lines, sizes, archived, faults };
}

export function logPath(log: LogName): string {
  return `${LOG_ROOT}/${logFile(log)}`;
}

interface FoundFile {
  readonly log: LogName;
  readonly path: string;
  readonly is_archive: boolean;
}

function* logsOf(tree: FileTree): Generator<FoundFile, void> {
  for (const [top, suffix] of [
    [USERS_FOLDER, LOG_SUFFIX],
    [`${ARCHIVE_FOLDER}/${USERS_FOLDER}`, LOG_SUFFIX + ARCHIVE_SUFFIX],
  ] as const) {
    const users = tree.find(`${LOG_ROOT}/${top}`);
    for (const [user_id, user] of users === undefined ? [] : tree.entries(users)) {
      const sessions = tree.entries(user).get("sessions");
      for (const name of sessions === undefined ? [] : tree.entries(sessions).keys()) {
        if (!name.endsWith(suffix)) continue;
        const log = { user_id, session_id: name.slice(0, -suffix.length) };
        yield {
          log,
          path: `${LOG_ROOT}/${top}/${user_id}/sessions/${name}`,
          is_archive: suffix !== LOG_SUFFIX,
        };
      }
    }
  }
}

/** What an archive holds: nothing, if it is damaged. */
function unpacked(tree: FileTree, path: string): Buffer {
  try {
    return gunzipSync(tree.content(tree.find(path)!));
  } catch {
    return Buffer.alloc(0);
  }
}
