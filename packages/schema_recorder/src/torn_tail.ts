// What a crash leaves at the end of a log: an unfinished line, or an unfinished batch. It was never acknowledged
// (DESIGN section 5, recovery rule 1). A line that lacks only its newline gets it; anything else is copied beside
// the log, and only when the copy is durable the log is cut back. A log of which nothing is left never was, so its
// file goes.
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { sessionsFolder, tornFile } from "./log_paths.ts";
import type { LogEnd } from "./log_scanner.ts";
import type { LogName } from "./recorder.ts";
import { assertWritten, WriteFailed } from "./write_check.ts";

const COPY_BYTES = 1024 * 1024;

/** What recovery does, or would do, to a log's unfinished end. */
export interface TailRepair {
  readonly log: LogName;
  /** Relative to the log root. */
  readonly file: string;
  readonly action: "add_newline" | "cut" | "remove_empty";
  /** Where the unfinished end begins. */
  readonly byte_offset: number;
  readonly bytes_cut: number;
  /** Where the cut bytes are kept, relative to the log root. */
  readonly kept_as?: string;
}

/** What the end of a log needs, if it needs anything. `time` names the copy of what is cut off. */
export function planTailRepair(
  log: LogName,
  file: string,
  end: LogEnd,
  time: string,
): TailRepair | undefined {
  const base = { log, file, byte_offset: end.complete_bytes, bytes_cut: 0 };
  if (end.unfinished_bytes === 0) {
    return end.complete_bytes === 0 ? { ...base, action: "remove_empty" } : undefined;
  }
  if (end.lacks_only_newline) return { ...base, action: "add_newline" };
  return { ...base, action: "cut", bytes_cut: end.unfinished_bytes, kept_as: tornFile(file, time) };
}

/**
 * Carries out a repair and makes it durable. Only the writer may call it, before its first append to the log. It
 * may be cut off at any point and done again.
 */
export async function repairTail(disk: Disk, root: string, repair: TailRepair): Promise<void> {
  const path = join(root, repair.file);
  const folder = join(root, sessionsFolder(repair.log.user_id));
  if (repair.kept_as !== undefined) {
    await copyTail(disk, path, join(root, repair.kept_as), repair.byte_offset, repair.bytes_cut);
    await disk.syncFolder(folder);
  }
  if (repair.action === "remove_empty" || (repair.action === "cut" && repair.byte_offset === 0)) {
    await disk.remove(path);
    await disk.syncFolder(folder);
    return;
  }
  const file = await disk.open(path, "write");
  try {
    if (repair.action === "add_newline") {
      const end = await file.size();
      assertWritten(await file.write(Buffer.from("\n"), end), 1, path);
    } else {
      await file.truncate(repair.byte_offset);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyTail(disk: Disk, from: string, to: string, start: number, length: number): Promise<void> {
  const source = await disk.open(from, "read");
  try {
    const copy = await openFresh(disk, to);
    try {
      const chunk = Buffer.allocUnsafe(Math.min(COPY_BYTES, length));
      for (let done = 0; done < length; ) {
        const wanted = chunk.subarray(0, Math.min(chunk.length, length - done));
        const count = await source.read(wanted, start + done);
        if (count === 0) throw new WriteFailed(`${from} became shorter while it was repaired`);
        assertWritten(await copy.write(chunk.subarray(0, count), done), count, to);
        done += count;
      }
      await copy.sync();
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

/** Opens a new file, in place of one that a repair cut off by a crash may have left. */
async function openFresh(disk: Disk, path: string) {
  if ((await disk.kindOf(path)) !== undefined) await disk.remove(path);
  return disk.open(path, "create");
}
