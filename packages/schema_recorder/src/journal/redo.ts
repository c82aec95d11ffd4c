// Recovery's first half: the logs get the bytes of every durable frame again. It may be done any number of times,
// and be cut off at any point.
import { dirname, join } from "node:path";
import { systemCode } from "../disk.ts";
import { logFile, logKey } from "../log_paths.ts";
import type { Fault } from "../recorder.ts";
import { assertWritten } from "../write_check.ts";
import type { CommitDisk, FileId } from "./commit_disk.ts";
import type { JournalEntry } from "./frame.ts";
import { LogFolders } from "./log_folders.ts";
import type { Segment } from "./segments.ts";
import type { Touched } from "./touched.ts";

/**
 * Puts the entries of all segments into their logs, and notes in `touched` what must be made durable before the
 * segments may go. A log that is shorter than its next entry supposes has lost durable bytes: it is left alone, and
 * its fault is given, by the log's key.
 */
export function redo(
  disk: CommitDisk,
  root: string,
  segments: readonly Segment[],
  touched: Touched,
): ReadonlyMap<string, Fault> {
  const faults = new Map<string, Fault>();
  const folders = new LogFolders(disk, root);
  for (const [key, entries] of entriesByLog(segments)) {
    const { log } = entries[0]!;
    folders.ensure(log.user_id, (folder) => touched.addFolder(folder));
    const path = join(root, logFile(log));
    const file = openOrMake(disk, path);
    // A log that stands may have been made by the process that died, and its entry need not be durable.
    touched.addFolder(dirname(path));
    touched.addFile(path);
    try {
      for (const { byte_offset, data } of entries) {
        const size = disk.size(file) ?? 0;
        if (size < byte_offset) {
          const reason = `the log has ${size} bytes, and byte ${byte_offset} of it is durable`;
          faults.set(key, { code: "LOG_TRUNCATED", file: logFile(log), line: 1, byte_offset: size, reason });
          break;
        }
        assertWritten(disk.write(file, [data], byte_offset), data.length, path);
      }
    } finally {
      disk.close(file);
    }
  }
  return faults;
}

/** Every entry, each log's together and in order, so that a log is opened once. */
function entriesByLog(segments: readonly Segment[]): Map<string, JournalEntry[]> {
  const by_log = new Map<string, JournalEntry[]>();
  for (const segment of segments) {
    for (const { entries } of segment.frames) {
      for (const entry of entries) {
        const key = logKey(entry.log);
        const known = by_log.get(key);
        if (known === undefined) by_log.set(key, [entry]);
        else known.push(entry);
      }
    }
  }
  return by_log;
}

function openOrMake(disk: CommitDisk, path: string): FileId {
  try {
    return disk.open(path, "append");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return disk.open(path, "create");
  }
}
