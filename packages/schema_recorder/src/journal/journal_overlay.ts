// The logs as a redo of the journal would leave them, for a root that cannot be written: the same bytes at the same
// places, laid over the files as they are read. Nothing on the disk is touched.
import { basename, dirname, join } from "node:path";
import { type DirectoryEntry, type Disk, type DiskFile, systemCode } from "../disk.ts";
import { archiveFile, draftFile, logFile } from "../log_paths.ts";
import type { Fault, LogName } from "../recorder.ts";
import type { JournalEntry } from "./frame.ts";
import type { JournalPlan, LogPlan } from "./journal_plan.ts";
import { gapFault } from "./redo.ts";

export interface JournalOverlay {
  /** For reading only: the logs have what the journal holds. */
  readonly disk: Disk;
  /** The logs that the journal's entries do not fit, by their keys. */
  readonly faults: ReadonlyMap<string, Fault>;
}

/** What stands in the place of a log. */
interface OverlaidLog {
  /** The file under the entries; it need not have been made. */
  readonly base: string;
  /** In order, each beginning within the log as it is by then. */
  readonly entries: readonly JournalEntry[];
  readonly size: number;
}

/** What stands at the paths that the journal says something of: "gone" is what was erased. */
type Overlaid = ReadonlyMap<string, OverlaidLog | "gone">;

/** `erased` are the logs that the plan's unnamed erasures stand for. */
export async function overlayJournal(
  disk: Disk,
  root: string,
  { logs }: JournalPlan,
  erased: readonly LogName[],
): Promise<JournalOverlay> {
  const faults = new Map<string, Fault>();
  const overlaid = new Map<string, OverlaidLog | "gone">();
  const erase = (log: LogName): void => {
    for (const file of [logFile(log), archiveFile(log)]) overlaid.set(join(root, file), "gone");
  };
  for (const log of erased) erase(log);
  for (const [key, plan] of logs) {
    const is_erased = plan.operation?.kind === "erase";
    if (is_erased) erase(plan.log);
    if (is_erased && plan.appends.length === 0) continue;
    const path = join(root, logFile(plan.log));
    const base = await baseOf(disk, root, plan);
    let size = is_erased ? 0 : await sizeOf(disk, base);
    const entries: JournalEntry[] = [];
    for (const entry of plan.appends) {
      if (size < entry.byte_offset) {
        faults.set(key, gapFault(entry, size));
        break;
      }
      entries.push(entry);
      size = Math.max(size, entry.byte_offset + entry.data.length);
    }
    if (entries.length > 0 || base !== path) overlaid.set(path, { base, entries, size });
  }
  return { disk: overlaid.size === 0 ? disk : overlaidDisk(disk, root, overlaid), faults };
}

/** The file that a log's appends go onto. An archive under way is no matter: the log is as good as the archive. */
async function baseOf(disk: Disk, root: string, { log, operation }: LogPlan): Promise<string> {
  const has_draft = operation?.kind === "restore" || operation?.kind === "rewrite";
  const draft = has_draft ? join(root, draftFile(operation.incarnation)) : undefined;
  if (draft !== undefined && (await disk.kindOf(draft)) !== undefined) return draft;
  return join(root, logFile(log));
}

function overlaidDisk(disk: Disk, root: string, overlaid: Overlaid): Disk {
  const standing = [...overlaid].filter(([_path, log]) => log !== "gone").map(([path]) => path);
  const added = entriesByFolder(root, standing);
  const isGone = (path: string): boolean => overlaid.get(path) === "gone";
  return {
    ...disk,
    async open(path, mode) {
      const log = mode === "read" ? overlaid.get(path) : undefined;
      if (log === undefined) return disk.open(path, mode);
      if (log === "gone") throw Object.assign(new Error(`ENOENT: ${path} was erased`), { code: "ENOENT" });
      return new OverlaidFile(await openIfAny(disk, log.base), log);
    },
    async list(path) {
      const found = (await disk.list(path)).filter(({ name }) => !isGone(join(path, name)));
      const names = new Set(found.map(({ name }) => name));
      const missing = [...(added.get(path)?.values() ?? [])].filter(({ name }) => !names.has(name));
      return [...found, ...missing].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async kindOf(path) {
      if (isGone(path)) return undefined;
      return (await disk.kindOf(path)) ?? added.get(dirname(path))?.get(basename(path))?.kind;
    },
  };
}
/** What each folder up to the root holds of these files and the folders above them, by name. */
function entriesByFolder(root: string, paths: Iterable<string>): Map<string, Map<string, DirectoryEntry>> {
  const folders = new Map<string, Map<string, DirectoryEntry>>();
  for (const file of paths) {
    for (let path = file; path !== root; path = dirname(path)) {
      const name = basename(path);
      const entries = folders.get(dirname(path)) ?? new Map<string, DirectoryEntry>();
      entries.set(name, { name, kind: path === file ? "file" : "folder" });
      folders.set(dirname(path), entries);
    }
  }
  return folders;
}

/** A file for reading, or none where it was never made, under the entries of its log. */
class OverlaidFile implements DiskFile {
  readonly #file: DiskFile | undefined;
  readonly #log: OverlaidLog;

  constructor(file: DiskFile | undefined, log: OverlaidLog) {
    this.#file = file;
    this.#log = log;
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    const count = Math.max(0, Math.min(buffer.length, this.#log.size - position));
    for (let at = 0; at < count && this.#file !== undefined; ) {
      const came = await this.#file.read(buffer.subarray(at, count), position + at);
      if (came === 0) break;
      at += came;
    }
    for (const { byte_offset, data } of this.#log.entries) {
      const start = Math.max(byte_offset, position);
      const end = Math.min(byte_offset + data.length, position + count);
      if (start < end) data.copy(buffer, start - position, start - byte_offset, end - byte_offset);
    }
    return count;
  }

  async size(): Promise<number> {
    return this.#log.size;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  write = refuse;
  truncate = refuse;
  sync = refuse;
}

async function refuse(): Promise<never> {
  throw Object.assign(new Error("EROFS: the file is read under the journal"), { code: "EROFS" });
}

async function openIfAny(disk: Disk, path: string): Promise<DiskFile | undefined> {
  return disk.open(path, "read").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
}

async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await openIfAny(disk, path);
  try {
    return (await file?.size()) ?? 0;
  } finally {
    await file?.close();
  }
}
