// Recovery's first half: the logs get the bytes of every durable frame again, and what was done to them as a whole is
// done again. It may be done any number of times, and be cut off at any point.
import { basename, dirname, join } from "node:path";
import { systemCode } from "../disk.ts";
import { archiveFile, logFile, sessionsFolder } from "../log_paths.ts";
import type { Fault, LogName } from "../recorder.ts";
import { assertWritten } from "../write_check.ts";
import type { CommitDisk, FileId } from "./commit_disk.ts";
import type { JournalEntry } from "./frame.ts";
import type { JournalPlan, LogPlan } from "./journal_plan.ts";
import { LogFolders } from "./log_folders.ts";
import { carryOut, type OperationSite } from "./log_operations.ts";
import type { Touched } from "./touched.ts";

/** Does again what a journal says, and notes in `touched` what must be made durable before the journal may go. */
export class Redo {
  readonly #disk: CommitDisk;
  readonly #root: string;
  readonly #touched: Touched;
  readonly #folders: LogFolders;
  /** The names of each folder of logs that was listed. */
  readonly #listed = new Map<string, readonly string[]>();

  constructor(disk: CommitDisk, root: string, touched: Touched) {
    this.#disk = disk;
    this.#root = root;
    this.#touched = touched;
    this.#folders = new LogFolders(disk, root);
  }

  /**
   * Does all of a plan again but for the erasures whose logs it does not name. A log that is shorter than its next
   * entry supposes has lost durable bytes: it is left alone, and its fault is given, by the log's key.
   */
  run({ logs }: JournalPlan): ReadonlyMap<string, Fault> {
    const faults = new Map<string, Fault>();
    for (const [key, plan] of logs) {
      if (plan.operation?.kind === "erase") this.erase(plan.log, plan.operation);
      else if (plan.operation !== undefined) carryOut(this.#site(), plan.operation, []);
      const fault = plan.appends.length > 0 ? this.#append(plan) : undefined;
      if (fault !== undefined) faults.set(key, fault);
    }
    return faults;
  }

  /** Removes all of a log whose erasure is durable. */
  erase(log: LogName, erasure: JournalEntry): void {
    const file = logFile(log);
    const folder = sessionsFolder(log.user_id);
    const beside = this.#list(folder).filter((name) => name.startsWith(`${basename(file)}.`));
    const files = [archiveFile(log), ...beside.map((name) => join(folder, name))];
    carryOut(this.#site(), { ...erasure, log }, files);
  }

  #append({ log, appends }: LogPlan): Fault | undefined {
    const file = logFile(log);
    const path = join(this.#root, file);
    this.#folders.ensure(dirname(file), (folder) => this.#touched.addFolder(folder));
    const open = openOrMake(this.#disk, path);
    // A log that stands may have been made by the process that died, and its entry need not be durable.
    this.#touched.addFolder(dirname(path));
    this.#touched.addFile(path);
    try {
      for (const { byte_offset, data } of appends) {
        const size = this.#disk.size(open) ?? 0;
        if (size < byte_offset) {
          return gapFault({ log, byte_offset }, size);
        }
        assertWritten(this.#disk.write(open, [data], byte_offset), data.length, path);
      }
      return undefined;
    } finally {
      this.#disk.close(open);
    }
  }

  #list(folder: string): readonly string[] {
    const path = join(this.#root, folder);
    const known = this.#listed.get(path);
    if (known !== undefined) return known;
    const names = this.#disk.kindOf(path) === "folder" ? this.#disk.list(path) : [];
    this.#listed.set(path, names);
    return names;
  }

  #site(): OperationSite {
    return {
      disk: this.#disk,
      root: this.#root,
      folders: this.#folders,
      onGone: (path) => this.#touched.forget(path),
      onChanged: (folder) => this.#touched.addFolder(folder),
    };
  }
}

/** A log that has only `size` bytes has lost some that were durable. */
export function gapFault(
  { log, byte_offset }: Pick<JournalEntry, "log" | "byte_offset">,
  size: number,
): Fault {
  const reason = `the log has ${size} bytes, and byte ${byte_offset} of it is durable`;
  return { code: "LOG_TRUNCATED", file: logFile(log), line: 1, byte_offset: size, reason };
}

function openOrMake(disk: CommitDisk, path: string): FileId {
  try {
    return disk.open(path, "append");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return disk.open(path, "create");
  }
}
