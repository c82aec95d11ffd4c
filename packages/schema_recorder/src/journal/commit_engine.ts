// What happens to a batch of appends on disk, in this order:
//
//   1. each is checked against its log: an append to a log that is not as the catalog knows it is refused alone
//   2. one frame goes to the journal, and one fdatasync makes it durable
//   3. the same bytes go to the session logs, without a sync of their own
//   4. the batch is acknowledged
//
// No byte reaches a log before its frame is durable, so a power cut leaves nothing in a log that the journal does
// not know, and recovery need look only at the logs that the journal names. A checkpoint makes the logs durable and
// then lets go of the segment that covered them. What is done to a log as a whole goes the same way: see
// `log_operations.ts`.
import { dirname } from "node:path";
import { systemCode } from "../disk.ts";
import { logFile, sessionsFolder } from "../log_paths.ts";
import { assertWritten } from "../write_check.ts";
import type { CommitDisk } from "./commit_disk.ts";
import { decodePayload, encodePayload, type JournalEntry, NO_NAME } from "./frame.ts";
import { LogFolders } from "./log_folders.ts";
import { LogHandles } from "./log_handles.ts";
import { carryOut, type OperationSite } from "./log_operations.ts";
import { journalFolder } from "./segment_names.ts";
import { SegmentWriter } from "./segment_writer.ts";
import { Touched } from "./touched.ts";

/** Why one append of a batch was refused. Nothing of it was written. */
export interface Refusal {
  /** Its place in the batch, from 0. */
  readonly at: number;
  readonly code: "LOG_CORRUPT" | "LOG_TRUNCATED" | "STORE_UNAVAILABLE";
  readonly message: string;
}

/** What became of a batch. `full`: the disk is, so all of it was refused. */
export type CommitResult =
  | {
      readonly full: false;
      readonly batch: number;
      readonly refusals: readonly Refusal[];
      readonly segment_bytes: number;
    }
  | { readonly full: true; readonly free_bytes: number };

/** An entry of a batch that is not refused, and where its log stands. */
interface AcceptedEntry {
  readonly entry: JournalEntry;
  readonly path: string;
}

/** A segment that takes no more frames, waiting for its logs to be durable. */
interface SealedSegment {
  readonly path: string;
  readonly touched: Touched;
}

export interface CommitEngineOptions {
  readonly disk: CommitDisk;
  /** The log root. */
  readonly root: string;
  /** Below this many free bytes a batch is refused before anything is written. */
  readonly free_bytes_min: number;
  /** The number of the first batch. */
  readonly next_batch: number;
  /** How many logs are kept open. */
  readonly handles_max: number;
}

export class CommitEngine {
  readonly #disk: CommitDisk;
  readonly #root: string;
  readonly #folder: string;
  readonly #free_bytes_min: number;
  readonly #handles: LogHandles;
  readonly #folders: LogFolders;
  #next_batch: number;
  #segment: SegmentWriter | undefined;
  /** What the present segment covers. */
  #touched = new Touched();
  #sealed: SealedSegment | undefined;
  #failed = false;

  constructor(options: CommitEngineOptions) {
    this.#disk = options.disk;
    this.#root = options.root;
    this.#folder = journalFolder(options.root);
    this.#free_bytes_min = options.free_bytes_min;
    this.#next_batch = options.next_batch;
    this.#handles = new LogHandles(this.#disk, options.handles_max);
    this.#folders = new LogFolders(this.#disk, this.#root);
  }

  /**
   * Commits the appends of a payload as one batch. When it returns, all but the refused ones are durable and stand
   * in their logs.
   * @throws Error a write or a sync failed. The batch may have left anything on the disk, and a frame after it would
   *   make that damage in the midst of the journal; so a batch that is already on its way gets the same error.
   */
  commit(payload: Buffer): CommitResult {
    if (this.#failed) throw new Error("the batch before it failed");
    this.#failed = true;
    const result = this.#commit(payload);
    this.#failed = false;
    return result;
  }

  #commit(payload: Buffer): CommitResult {
    const free_bytes = this.#disk.freeBytes(this.#root);
    if (free_bytes < this.#free_bytes_min) return { full: true, free_bytes };
    const refusals: Refusal[] = [];
    const accepted: AcceptedEntry[] = [];
    const sizes = new Map<string, number>();
    for (const [at, entry] of decodePayload(payload).entries()) {
      const path = `${this.#root}/${logFile(entry.log)}`;
      const refusal = this.#check(entry, path, sizes);
      if (refusal === undefined) accepted.push({ entry, path });
      else refusals.push({ at, ...refusal });
    }
    if (accepted.length > 0) {
      const as_it_is = refusals.length === 0 && accepted.every(({ entry }) => entry.kind !== "erase");
      this.#writeFrame(as_it_is ? payload : encodePayload(accepted.map(({ entry }) => journalled(entry))));
      for (const each of accepted) this.#apply(each);
    }
    return { full: false, batch: this.#next_batch - 1, refusals, segment_bytes: this.#segment?.bytes ?? 0 };
  }

  /** Ends the present segment, so that it can be checkpointed. False: it is empty, or another is not yet done. */
  seal(): boolean {
    if (this.#segment === undefined || this.#sealed !== undefined) return false;
    this.#segment.close();
    this.#sealed = { path: this.#segment.path, touched: this.#touched };
    this.#segment = undefined;
    this.#touched = new Touched();
    return true;
  }

  /**
   * Makes durable what the sealed segment covers, beside further commits.
   * @throws Error a sync failed; the engine must not be used again
   */
  async syncSealed(): Promise<void> {
    await this.#sealed?.touched.sync(this.#disk, this.#root);
  }

  /** Removes the sealed segment, once its logs and the catalog are durable. */
  dropSealed(): void {
    if (this.#sealed === undefined) return;
    this.#disk.remove(this.#sealed.path);
    this.#disk.syncFolder(this.#folder);
    this.#sealed = undefined;
  }

  close(): void {
    this.#handles.closeAll();
    this.#segment?.close();
    this.#segment = undefined;
  }

  /** Whether an append fits its log as it stands. `sizes` holds what this batch already adds. */
  #check(entry: JournalEntry, path: string, sizes: Map<string, number>): Omit<Refusal, "at"> | undefined {
    // No append is under way to a log that something is done to as a whole.
    if (entry.kind !== "append") return undefined;
    const end = entry.byte_offset + entry.data.length;
    try {
      const size = sizes.get(path) ?? this.#sizeOf(entry, path);
      if (size === entry.byte_offset) {
        sizes.set(path, end);
        return undefined;
      }
      return size < entry.byte_offset
        ? { code: "LOG_TRUNCATED", message: `${path} has ${size} bytes, expected ${entry.byte_offset}` }
        : {
            code: "LOG_CORRUPT",
            message: `${path} was written from outside after byte ${entry.byte_offset}`,
          };
    } catch (error) {
      if (systemCode(error) === "ENOENT") return { code: "LOG_TRUNCATED", message: `${path} is gone` };
      const reason = error instanceof Error ? error.message : String(error);
      return { code: "STORE_UNAVAILABLE", message: `${path}: ${reason}` };
    }
  }

  /** How long a log is, 0 if it is to be made. Asked anew each time, since a hand may have been at it. */
  #sizeOf(entry: JournalEntry, path: string): number {
    if (entry.byte_offset > 0) return this.#handles.sizeOf(path);
    this.#ensureFolder(entry);
    return this.#disk.kindOf(path) === undefined ? 0 : Number.POSITIVE_INFINITY;
  }

  #writeFrame(payload: Buffer): void {
    this.#segment ??= new SegmentWriter(this.#disk, this.#folder, this.#next_batch);
    this.#segment.write(this.#next_batch, payload);
    this.#next_batch += 1;
  }

  #apply({ entry, path }: AcceptedEntry): void {
    if (entry.kind !== "append") {
      const [, ...erased_files] = entry.data.toString("latin1").split("\n");
      carryOut(this.#operationSite(), entry, erased_files);
      return;
    }
    if (entry.byte_offset === 0) {
      // An erasure of the same batch may have emptied it and taken it away.
      this.#ensureFolder(entry);
      this.#touched.addFolder(dirname(path));
    }
    const file = entry.byte_offset === 0 ? this.#handles.create(path) : this.#handles.open(path);
    assertWritten(this.#disk.write(file, [entry.data], entry.byte_offset), entry.data.length, path);
    this.#touched.addFile(path);
  }

  #ensureFolder({ log }: JournalEntry): void {
    this.#folders.ensure(sessionsFolder(log.user_id), (folder) => this.#touched.addFolder(folder));
  }

  #operationSite(): OperationSite {
    return {
      disk: this.#disk,
      root: this.#root,
      folders: this.#folders,
      onGone: (path) => {
        this.#handles.forget(path);
        this.#touched.forget(path);
        this.#sealed?.touched.forget(path);
      },
      onChanged: (folder) => this.#touched.addFolder(folder),
    };
  }
}

/** An entry as the journal keeps it: of an erasure only the first line of its data, without the log's name. */
function journalled(entry: JournalEntry): JournalEntry {
  if (entry.kind !== "erase") return entry;
  const end = entry.data.indexOf("\n");
  return { ...entry, log: NO_NAME, data: end < 0 ? entry.data : entry.data.subarray(0, end) };
}
