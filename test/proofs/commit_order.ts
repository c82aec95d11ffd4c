// Holds the system calls of a server against the order that makes an acknowledgement mean "on disk":
//
//   - the bytes of an event are in a journal segment, and a sync of that segment that began after is over, before a
//     byte of the event goes to its log or to a socket; the segment's own entry in its folder is synced too
//   - a segment is removed only after the logs of its events are synced, with every entry on the way to them
//
// An event is known by its `record_id`. What an injected or failed call claims to have done counts as not done.
import { dirname } from "node:path";
import { fileOf, momentsOf, quotedIn, type TracedCall } from "./strace_calls.ts";

/** What the analysis of a trace found. */
export interface CommitOrder {
  /** How many events were seen in answers on a socket. */
  readonly answered: number;
  /** How many syncs of a segment were seen. */
  readonly journal_syncs: number;
  /** How many segments were removed after a checkpoint. */
  readonly segments_removed: number;
  readonly violations: readonly string[];
}

const RECORD_ID = /\\"record_id\\":\\"([0-9a-f-]{36})\\"/g;
const WRITES = new Set(["write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg"]);
const FILE_SYNCS = new Set(["fsync", "fdatasync"]);
const REMOVALS = new Set(["unlink", "unlinkat"]);
const FOLDER_MAKINGS = new Set(["mkdir", "mkdirat"]);

export function commitOrderOf(calls: readonly TracedCall[], log_root: string): CommitOrder {
  const order = new OrderWatch(log_root);
  for (const { at, call } of momentsOf(calls)) {
    if (at === "began") order.began(call);
    else if (call.result !== undefined && call.result >= 0 && !call.injected) order.done(call);
  }
  return order;
}

/** Follows the calls of a server from an empty log root on. */
class OrderWatch implements CommitOrder {
  readonly violations: string[] = [];
  answered = 0;
  journal_syncs = 0;
  segments_removed = 0;
  readonly #log_root: string;
  /** Where the journal has an event, and whether that is durable. */
  readonly #journal = new Map<string, { segment: string; durable: boolean }>();
  readonly #log_of = new Map<string, string>();
  /** The events of each file that no sync has covered, journal and logs alike. */
  readonly #unsynced = new Map<string, Set<string>>();
  /** Files and folders whose entry in their folder no sync has covered. */
  readonly #new_entries = new Set<string>();
  /** What a sync that is under way will have covered. */
  readonly #covered = new Map<TracedCall, () => void>();

  constructor(log_root: string) {
    this.#log_root = log_root;
  }

  began(call: TracedCall): void {
    const file = fileOf(call.words) ?? "";
    if (WRITES.has(call.name)) {
      if (file.startsWith("TCP:")) this.#answer(call);
      else if (file.endsWith(".jsonl")) this.#checkDurable(call, `${call.name} to ${this.#short(file)}`);
    } else if (FILE_SYNCS.has(call.name)) this.#covered.set(call, this.#coverFile(file));
    else if (call.name === "syncfs") this.#covered.set(call, this.#coverAll());
    else if (REMOVALS.has(call.name)) this.#remove(quotedIn(call.words) ?? "");
  }

  done(call: TracedCall): void {
    const file = fileOf(call.words) ?? "";
    if (WRITES.has(call.name)) {
      if (call.result === lengthOf(call)) this.#wrote(file, idsIn(call));
    } else if (call.name === "openat" && call.words.includes("O_CREAT|O_EXCL")) this.#made(call);
    else if (FOLDER_MAKINGS.has(call.name)) this.#made(call);
    else this.#covered.get(call)?.();
  }

  #answer(call: TracedCall): void {
    // What a client sends is read, not written, so an id in a write is one that the server tells.
    this.answered += idsIn(call).length;
    this.#checkDurable(call, "answered");
  }

  #checkDurable(call: TracedCall, what: string): void {
    for (const id of idsIn(call)) {
      const entry = this.#journal.get(id);
      if (entry === undefined) this.violations.push(`${id}: ${what} before the journal has it`);
      else if (!entry.durable) this.violations.push(`${id}: ${what} before its frame is synced`);
      else if (this.#new_entries.has(entry.segment))
        this.violations.push(`${id}: ${what} before its segment's entry is synced`);
    }
  }

  #wrote(file: string, ids: readonly string[]): void {
    const in_journal = file.endsWith(".wal");
    if (!in_journal && !file.endsWith(".jsonl")) return;
    for (const id of ids) {
      if (in_journal) this.#journal.set(id, { segment: file, durable: false });
      else this.#log_of.set(id, file);
    }
    const unsynced = this.#unsynced.get(file) ?? new Set();
    this.#unsynced.set(file, unsynced);
    for (const id of ids) unsynced.add(id);
  }

  #made(call: TracedCall): void {
    const path = quotedIn(call.words) ?? "";
    if (path.startsWith(`${this.#log_root}/`)) this.#new_entries.add(path);
  }

  /** What a sync that begins now covers: the file's bytes so far, or the entries of a folder so far. */
  #coverFile(file: string): () => void {
    const ids = [...(this.#unsynced.get(file) ?? [])];
    const entries = [...this.#new_entries].filter((entry) => dirname(entry) === file);
    return () => {
      if (file.endsWith(".wal")) this.journal_syncs += 1;
      this.#cover(file, ids);
      for (const entry of entries) this.#new_entries.delete(entry);
    };
  }

  #coverAll(): () => void {
    const files = [...this.#unsynced].map(([file, ids]) => [file, [...ids]] as const);
    const entries = [...this.#new_entries];
    return () => {
      for (const [file, ids] of files) this.#cover(file, ids);
      for (const entry of entries) this.#new_entries.delete(entry);
    };
  }

  #cover(file: string, ids: readonly string[]): void {
    for (const id of ids) {
      this.#unsynced.get(file)?.delete(id);
      const entry = this.#journal.get(id);
      if (entry?.segment === file) entry.durable = true;
    }
  }

  #remove(path: string): void {
    if (!path.endsWith(".wal")) return;
    this.segments_removed += 1;
    for (const [id, { segment }] of this.#journal) {
      if (segment !== path) continue;
      const log = this.#log_of.get(id);
      if (log === undefined) this.violations.push(`${id}: its segment is removed before its log has it`);
      else if (this.#unsynced.get(log)?.has(id) === true)
        this.violations.push(`${id}: its segment is removed before its log is synced`);
      else if (this.#wayTo(log).some((entry) => this.#new_entries.has(entry)))
        this.violations.push(`${id}: its segment is removed before its log's folders are synced`);
    }
  }

  /** A log and the folders above it, up to and without the log root. */
  #wayTo(log: string): string[] {
    const way: string[] = [];
    for (let path = log; path.length > this.#log_root.length; path = dirname(path)) way.push(path);
    return way;
  }

  #short(file: string): string {
    return file.slice(this.#log_root.length + 1);
  }
}

function idsIn({ words }: TracedCall): string[] {
  return [...words.matchAll(RECORD_ID)].map(([, id]) => id!);
}

/** How many bytes a write was asked to write. */
function lengthOf({ name, words }: TracedCall): number {
  const vectors = [...words.matchAll(/iov_len=(\d+)/g)].map(([, length]) => Number(length));
  if (vectors.length > 0) return vectors.reduce((sum, length) => sum + length, 0);
  const numbers = /", (\d+)(?:, [^"]*)?$/.exec(words);
  if (numbers === null) throw new Error(`The trace has a ${name} without a length: ${words.slice(-80)}`);
  return Number(numbers[1]);
}
