import type { Line } from "@session-ledger/session_contract";
import { logFile, logKey, USERS_FOLDER } from "../log_paths.ts";
import { LogScanner } from "../log_scanner.ts";
import type { LogName } from "../recorder.ts";
import type { FileTree } from "./test_file_tree.ts";

/** Where the log root stands on a simulated disk. */
export const LOG_ROOT = "/ledger";

/** The bytes of every log, read from the disk itself and verified from end to end. */
export interface LogFiles {
  readonly lines: ReadonlyMap<string, readonly Line[]>;
  readonly sizes: ReadonlyMap<string, number>;
  /** What does not verify, in words. */
  readonly faults: readonly string[];
}

export function readLogFiles(tree: FileTree): LogFiles {
  const lines = new Map<string, Line[]>();
  const sizes = new Map<string, number>();
  const faults: string[] = [];
  for (const log of logNames(tree)) {
    const key = logKey(log);
    const content = tree.content(tree.find(logPath(log))!);
    const scanner = new LogScanner(log);
    const found: Line[] = [];
    scanner.push(
      content,
      (line) => found.push(line),
      (fault) => faults.push(`${fault.file} line ${fault.line}: ${fault.reason}`),
    );
    const { unfinished_bytes } = scanner.finish();
    if (unfinished_bytes > 0) faults.push(`${key} ends in ${unfinished_bytes} unfinished bytes`);
    if (content.length === 0) faults.push(`${key} is empty`);
    lines.set(key, found);
    sizes.set(key, content.length);
  }
  return { lines, sizes, faults };
}

export function logPath(log: LogName): string {
  return `${LOG_ROOT}/${logFile(log)}`;
}

function* logNames(tree: FileTree): Generator<LogName, void> {
  const users = tree.find(`${LOG_ROOT}/${USERS_FOLDER}`);
  if (users === undefined) return;
  for (const [user_id, user] of tree.entries(users)) {
    const sessions = tree.entries(user).get("sessions");
    if (sessions === undefined) continue;
    for (const name of tree.entries(sessions).keys()) {
      if (name.endsWith(".jsonl")) yield { user_id, session_id: name.slice(0, -".jsonl".length) };
    }
  }
}
