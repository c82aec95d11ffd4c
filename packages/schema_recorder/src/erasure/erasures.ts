// What remains of sessions that were erased: `.ledger/erasures.jsonl`, one line for each, which names no one:
//
//   {"log":"<digest>","session":"<digest>","erased_at":"...","kind":"...","lines":7,"trigger":"operator","reason":"..."}
//
// The digests are SHA-256(salt + what they stand for), in hex. A line stands first in the journal entry of its erasure,
// and is durable here before the segment with that entry goes.
import { hash as digest } from "node:crypto";
import { join } from "node:path";
import { type Disk, systemCode } from "../disk.ts";
import { LEDGER_FOLDER, logKey } from "../log_paths.ts";
import type { Erasure, LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import { assertWritten } from "../write_check.ts";
import { openSalt } from "./salt.ts";

/** Relative to the log root. */
export const ERASURES_FILE = join(LEDGER_FOLDER, "erasures.jsonl");

interface ErasureRecord extends Erasure {
  readonly log: string;
  readonly session: string;
}

export class Erasures {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #salt: string | undefined;
  readonly #by_session = new Map<string, Erasure>();
  readonly #texts = new Set<string>();
  #bytes = 0;
  #pending: string[] = [];

  private constructor(disk: Disk, root: string, salt: string | undefined) {
    this.#disk = disk;
    this.#path = join(root, ERASURES_FILE);
    this.#salt = salt;
  }

  /** Reads what is known of erasures at a log root. A last line that was cut off is left out, and overwritten later. */
  static async open(disk: Disk, root: string, may_write: boolean): Promise<Erasures> {
    const erasures = new Erasures(disk, root, await openSalt(disk, root, may_write));
    await erasures.#load();
    return erasures;
  }

  /** What remains of each erasure, in order: a line of the file each. */
  get texts(): ReadonlySet<string> {
    return this.#texts;
  }

  /** What stands for a log where an erasure is remembered. */
  digestOfLog(log: LogName): string {
    return this.#digest(logKey(log));
  }

  /** What the journal keeps of an erasure: the record that is to remain, or no more than the log's digest. */
  encode(log: LogName, erasure: Erasure | undefined): string {
    const digest_of_log = this.digestOfLog(log);
    if (erasure === undefined) return JSON.stringify({ log: digest_of_log });
    return JSON.stringify({ log: digest_of_log, session: this.#digest(log.session_id), ...erasure });
  }

  /** An erasure is durable in the journal, as `encode` made it. */
  note(text: string): void {
    if (this.#texts.has(text) || !remains(text)) return;
    this.#add(text);
    this.#pending.push(text);
  }

  /** What remains of an erased session with this id. */
  find(session_id: string): Erasure | undefined {
    // Every start asks, and a digest costs more than all else it asks for here.
    if (this.#salt === undefined || this.#by_session.size === 0) return undefined;
    return this.#by_session.get(this.#digest(session_id));
  }

  /** Makes durable what was noted. @throws the system's error */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.map((text) => `${text}\n`).join(""));
    this.#pending = [];
    const is_new = (await this.#disk.kindOf(this.#path)) === undefined;
    const file = await this.#disk.open(this.#path, is_new ? "create" : "write");
    try {
      await file.truncate(this.#bytes);
      assertWritten(await file.write(bytes, this.#bytes), bytes.length, this.#path);
      await file.sync();
    } finally {
      await file.close();
    }
    // A file that stands may have been made by a process that died before it was synced.
    if (this.#bytes === 0) await this.#disk.syncFolder(join(this.#path, ".."));
    this.#bytes += bytes.length;
  }

  async #load(): Promise<void> {
    const text = await readText(this.#disk, this.#path);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.#bytes = Buffer.byteLength(whole);
    for (const line of whole.split("\n").filter(Boolean)) this.#add(line);
  }

  #add(text: string): void {
    const { log: _log, session, ...erasure } = parse(text, this.#path);
    this.#texts.add(text);
    this.#by_session.set(session, erasure);
  }

  #digest(text: string): string {
    if (this.#salt === undefined) throw new RecorderError("STORE_UNAVAILABLE", "there is no salt");
    return digest("sha256", this.#salt + text, "hex");
  }
}

/** The digest of the log that an erasure's journal entry stands for. */
export function digestIn(text: string): string {
  return (JSON.parse(text) as { log: string }).log;
}

function remains(text: string): boolean {
  return "erased_at" in (JSON.parse(text) as object);
}

function parse(text: string, path: string): ErasureRecord {
  try {
    return JSON.parse(text) as ErasureRecord;
  } catch {
    throw new RecorderError("STORE_UNAVAILABLE", `${path} is damaged`);
  }
}

async function readText(disk: Disk, path: string): Promise<string> {
  try {
    const file = await disk.open(path, "read");
    try {
      const bytes = Buffer.alloc(await file.size());
      let length = 0;
      while (length < bytes.length) {
        const count = await file.read(bytes.subarray(length), length);
        if (count === 0) break;
        length += count;
      }
      return bytes.toString("utf8", 0, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
}
