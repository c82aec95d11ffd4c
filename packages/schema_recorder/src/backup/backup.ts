// A copy of a log root, made beside its writer. It is consistent log by log: each holds whole lines and batches, up to
// some moment after the backup began. What stands whole in a log is durable in the journal, so nothing in the copy was
// never submitted; what was acknowledged before the beginning stands in the logs by then.
//
//   copy      every log, in the form in which it stands
//   settle    copies again what was archived, restored, or had a line erased meanwhile, until nothing was
//   finish    takes out what was erased meanwhile, and adds what remains of erasures
//
// The catalog and the journal are no part of it: a writer that opens the copy makes them anew.
import { realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { nodeDisk } from "../disk.ts";
import { ERASURES_FILE } from "../erasure/erasures.ts";
import { openSalt, SALT_FILE } from "../erasure/salt.ts";
import { JsonlReader } from "../jsonl_reader.ts";
import { fileOf, findLog, type LogForm, type LogPlace, listLogNames, listOwners } from "../log_files.ts";
import { blockingDisk } from "../read_disk.ts";
import type { Fault } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import { isUnchanged } from "./copy_check.ts";
import { CopyFolder } from "./copy_folder.ts";
import { ErasedMeanwhile } from "./erased_meanwhile.ts";
import { type CopiedLog, FORMS, LOOKS, LogCopier, listLogs } from "./log_copier.ts";
import { awaitRecovered } from "./recovered_root.ts";
import { sideBySide } from "./side_by_side.ts";

const ERASURE_WAIT_MS_MAX = 5_000;

export interface BackupOptions {
  /** The log root. */
  readonly root: string;
  /** The folder of the copy, which is made, or is empty: see `backupRefusal`. */
  readonly folder: string;
}

/** A log in the copy. */
interface CopyPlace extends LogPlace {
  readonly form: LogForm;
}

/** What the copy holds in the end. */
export interface BackupSummary {
  readonly logs: number;
  readonly archives: number;
  /** Of all files of logs and archives. */
  readonly bytes: number;
  /** Logs that are gone from the source, and were not erased. The copy holds what was copied of them. */
  readonly gone: readonly Fault[];
}

export class Backup {
  readonly #root: string;
  readonly #folder: CopyFolder;
  readonly #reader: JsonlReader;
  readonly #copier: LogCopier;
  readonly #erased: ErasedMeanwhile;
  /** Logs that were in neither form when they were looked for. */
  readonly #gone: CopiedLog[] = [];
  /** What is to be compared with its source; at first, all. */
  #unsettled: readonly CopyPlace[] | undefined;

  private constructor(root: string, folder: CopyFolder, erased: ErasedMeanwhile) {
    this.#root = root;
    this.#folder = folder;
    this.#reader = new JsonlReader({ root });
    this.#copier = new LogCopier(this.#reader, root, folder);
    this.#erased = erased;
  }

  /**
   * Makes the folder, once all that was acknowledged stands in the logs.
   * @throws RecorderError `STORE_UNAVAILABLE` if there is no log root, or one that waits for its recovery
   */
  static async begin(options: BackupOptions): Promise<Backup> {
    const root = await standingRoot(options.root);
    await awaitRecovered(root);
    const erased = await ErasedMeanwhile.begin(root);
    return new Backup(root, await CopyFolder.begin(nodeDisk, resolve(options.folder), SALT_FILE), erased);
  }

  /** Copies every log. Each is given when its copy is durable, in no order. */
  async *copy(): AsyncGenerator<CopiedLog, void> {
    for await (const copied of sideBySide(listLogs(this.#root), (place) => this.#copier.copy(place))) {
      if (copied.form === undefined) this.#gone.push(copied);
      yield copied;
    }
  }

  /**
   * Compares the copies with their sources, the second time those that the first time copied again, and so on. Gives
   * those that it copied again; once it gives none the copy is settled.
   */
  async settle(): Promise<readonly CopiedLog[]> {
    const again: CopiedLog[] = [];
    for await (const copied of sideBySide(this.#unsettled ?? this.#copied(), (place) =>
      this.#settle(place),
    )) {
      if (copied?.form === undefined) continue;
      again.push(copied);
    }
    this.#unsettled = again.map(({ user_id, name, form }) => ({ user_id, name, form: form! }));
    return again;
  }

  /**
   * Takes out what was erased, makes the copy durable, and lets it be opened.
   * @throws RecorderError `STORE_UNAVAILABLE` if the salt of the log root is damaged
   */
  async finish(): Promise<BackupSummary> {
    const named = this.#gone.filter(({ log }) => isMarkedWhenErased(log.user_id) && log.session_id !== "");
    await this.#erased.readAgain(
      named.map(({ log }) => log),
      ERASURE_WAIT_MS_MAX,
    );
    const lost = named.filter(({ log }) => !this.#erased.has(log));
    for (const place of this.#gone) if (!lost.includes(place)) await this.#remove(place);
    if (this.#erased.any) await this.#removeErased();
    const summary = await this.#syncAll();
    await this.#writeErasures();
    await this.#reader.close();
    return { ...summary, gone: lost.map(goneFault) };
  }

  async #settle(place: CopyPlace): Promise<CopiedLog | undefined> {
    const file = fileOf(place.form, place);
    const paths = { source: join(this.#root, file), copy: join(this.#folder.path, file) };
    const is_unchanged = await isUnchanged(paths, place.form);
    if (is_unchanged === true) return undefined;
    if (is_unchanged === undefined && !(await this.#stands(place))) {
      const { log } = await findLog(blockingDisk, this.#folder.path, place.form, place);
      this.#gone.push({ ...place, log, file, form: undefined, faults: [] });
      return undefined;
    }
    await this.#folder.remove(file);
    await this.#folder.syncFolder(dirname(file));
    const copied = await this.#copier.copy(place);
    if (copied.form === undefined) this.#gone.push(copied);
    return copied;
  }

  async #stands(place: LogPlace): Promise<boolean> {
    for (const form of LOOKS) {
      if ((await nodeDisk.kindOf(join(this.#root, fileOf(form, place)))) !== undefined) return true;
    }
    return false;
  }

  /** What stands in the copy. */
  async *#copied(): AsyncGenerator<CopyPlace, void> {
    for (const form of FORMS) {
      for (const user_id of await listOwners(blockingDisk, this.#folder.path, form)) {
        const names = await listLogNames(blockingDisk, this.#folder.path, form, user_id);
        for (const name of names) yield { user_id, name, form };
      }
    }
  }

  async #removeErased(): Promise<void> {
    for await (const place of this.#copied()) {
      const { log } = await findLog(blockingDisk, this.#folder.path, place.form, place);
      if (this.#erased.has(log)) await this.#remove(place);
    }
  }

  async #remove(place: LogPlace): Promise<void> {
    for (const form of FORMS) {
      const file = fileOf(form, place);
      await this.#folder.remove(file);
      await this.#folder.removeEmptied(dirname(file));
    }
  }

  /** Makes the names of all files durable, and counts them. */
  async #syncAll(): Promise<Omit<BackupSummary, "gone">> {
    const counts = { log: 0, archive: 0 };
    const folders = new Set<string>();
    let bytes = 0;
    for await (const place of this.#copied()) {
      const file = fileOf(place.form, place);
      const folder = dirname(file);
      if (!folders.has(folder)) await this.#folder.syncFolder(folder);
      folders.add(folder);
      counts[place.form] += 1;
      bytes += await sizeOf(join(this.#folder.path, file));
    }
    await this.#folder.syncFolder(".");
    return { logs: counts.log, archives: counts.archive, bytes };
  }

  /** The salt comes last: without one the copy is not taken for whole. */
  async #writeErasures(): Promise<void> {
    const texts = [...this.#erased.texts];
    if (texts.length > 0) await this.#folder.write(ERASURES_FILE, texts.map((text) => `${text}\n`).join(""));
    const salt = await openSalt(nodeDisk, this.#root, false);
    if (salt !== undefined) {
      await this.#folder.write(SALT_FILE, salt);
      return;
    }
    if ((await nodeDisk.kindOf(join(this.#root, SALT_FILE))) !== undefined) {
      throw new RecorderError("STORE_UNAVAILABLE", `${join(this.#root, SALT_FILE)} is damaged`);
    }
    // A root that no writer has opened since there are erasures has none.
    await this.#folder.remove(SALT_FILE);
    await this.#folder.syncFolder(dirname(SALT_FILE));
  }
}

/** The root may be a link to a folder. */
async function standingRoot(root: string): Promise<string> {
  const place = await realpath(root).catch(() => undefined);
  if (place === undefined || (await nodeDisk.kindOf(place)) !== "folder") {
    throw new RecorderError("STORE_UNAVAILABLE", `there is no log root at ${root}`);
  }
  return place;
}

/** Sessions of the ledger's own owners are erased without a note. */
function isMarkedWhenErased(user_id: string): boolean {
  return !user_id.startsWith("_");
}

function goneFault({ file }: CopiedLog): Fault {
  const reason = "the log went from the log root while it was copied, and was not erased";
  return { code: "LOG_TRUNCATED", file, line: 1, byte_offset: 0, reason };
}

async function sizeOf(path: string): Promise<number> {
  const file = await blockingDisk.open(path, "read");
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}
