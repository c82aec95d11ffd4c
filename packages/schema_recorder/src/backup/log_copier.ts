// Copies logs beside a living writer. Each is copied once, in the one of its two forms that stands: what is archived or
// restored meanwhile is met in the other form, since a writer lets the one go only after the other stands.
import { join } from "node:path";
import { nodeDisk, systemCode } from "../disk.ts";
import type { JsonlReader } from "../jsonl_reader.ts";
import {
  type FoundLog,
  fileOf,
  findLog,
  type LogForm,
  type LogPlace,
  listLogNames,
  listOwners,
} from "../log_files.ts";
import type { LogReport } from "../log_verifier.ts";
import { blockingDisk } from "../read_disk.ts";
import type { Fault, LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { CopyFolder } from "./copy_folder.ts";

export const FORMS = ["log", "archive"] as const;
/** Each form is looked for twice: the log may have gone from the second to the first in between. */
export const LOOKS = [...FORMS, ...FORMS];
const CHUNK_BYTES = 256 * 1024;

/** What became of a log that was to be copied. */
export interface CopiedLog extends LogPlace {
  /** Its `session_id` is empty where only a log that is gone could tell it. */
  readonly log: LogName;
  /** Relative to the log root, and in the copy alike. */
  readonly file: string;
  /** Undefined: it stands in neither form. */
  readonly form: LogForm | undefined;
  /** What is wrong with it, as it stood at the source. */
  readonly faults: readonly Fault[];
}

/**
 * Every log below a root, in whatever form, once. All logs of an owner are listed before the first is given: who ended
 * a session and started another has both in a backup, or the first alone.
 */
export async function* listLogs(root: string): AsyncGenerator<LogPlace, void> {
  const owners = new Set<string>();
  for (const form of FORMS) for (const owner of await listOwners(blockingDisk, root, form)) owners.add(owner);
  for (const user_id of owners) {
    const names = new Set<string>();
    for (const form of LOOKS) {
      for (const name of await listLogNames(blockingDisk, root, form, user_id)) names.add(name);
    }
    for (const name of names) yield { user_id, name };
  }
}

export class LogCopier {
  readonly #reader: JsonlReader;
  readonly #root: string;
  readonly #folder: CopyFolder;

  constructor(reader: JsonlReader, root: string, folder: CopyFolder) {
    this.#reader = reader;
    this.#root = root;
    this.#folder = folder;
  }

  /** Copies a log in the form in which it stands. */
  async copy(place: LogPlace): Promise<CopiedLog> {
    let log: LogName | undefined;
    for (const form of LOOKS) {
      const found = await findLog(blockingDisk, this.#root, form, place);
      if (found.named) log = found.log;
      try {
        const report = await (form === "log" ? this.#copyLog(found) : this.#copyArchive(found));
        return { ...place, log: found.log, file: found.file, form, faults: report?.faults ?? [] };
      } catch (error) {
        if (!isGone(error)) throw error;
        await this.#folder.remove(found.file);
      }
    }
    const unknown = { user_id: place.user_id, session_id: "" };
    return { ...place, log: log ?? unknown, file: fileOf("log", place), form: undefined, faults: [] };
  }

  #copyLog(found: FoundLog): Promise<LogReport> {
    return this.#folder.create(found.file, (write) => this.#reader.copy(found, write));
  }

  /** An archive is never changed where it stands, so its bytes are copied as they are. Undefined: it is gone by now. */
  async #copyArchive({ log, file }: FoundLog): Promise<LogReport | undefined> {
    const source = await nodeDisk.open(join(this.#root, file), "read");
    try {
      await this.#folder.create(file, async (write) => {
        const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
        for (let position = 0, count = -1; count !== 0; position += count) {
          count = await source.read(chunk, position);
          if (position === 0 || count > 0) await write(chunk.subarray(0, count), position);
        }
      });
    } finally {
      await source.close();
    }
    return this.#reader.verifyArchive(log);
  }
}

/** Whether a log is gone, or what was read of it is. */
function isGone(error: unknown): boolean {
  if (!(error instanceof RecorderError)) return systemCode(error) === "ENOENT";
  return error.code === "LOG_NOT_FOUND" || error.code === "LOG_TRUNCATED";
}
