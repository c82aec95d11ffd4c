import { join } from "node:path";
import type { Disk } from "../disk.ts";
import { LOG_SUFFIX, logFile, sessionsFolder } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import type { TailRepair } from "../torn_tail.ts";

const TORN_MARK = `${LOG_SUFFIX}.torn-`;
/** A forgotten folder is listed again. */
const FOLDERS_KNOWN_MAX = 10_000;

/** Finds what recovery cut off logs. Each folder is listed once: later copies are among this process's repairs. */
export class TornCopies {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #found = new Map<string, Promise<readonly string[]>>();

  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** The torn copies of a log, relative to the root. They are removed by the caller, and may be named again. */
  async of(log: LogName, repairs: readonly TailRepair[]): Promise<readonly string[]> {
    const beginning = `${logFile(log)}.torn-`;
    const folder = sessionsFolder(log.user_id);
    const found = this.#found.get(folder) ?? this.#list(folder);
    if (this.#found.size >= FOLDERS_KNOWN_MAX) this.#found.clear();
    this.#found.set(folder, found);
    const repaired = repairs.flatMap(({ kept_as }) => kept_as ?? []);
    return [...(await found), ...repaired].filter((file) => file.startsWith(beginning));
  }

  async #list(folder: string): Promise<readonly string[]> {
    const files: string[] = [];
    for await (const name of this.#disk.names(join(this.#root, folder))) {
      if (name.includes(TORN_MARK)) files.push(join(folder, name));
    }
    return files;
  }
}
