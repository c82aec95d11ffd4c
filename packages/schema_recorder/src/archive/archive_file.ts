// An archive is the log's bytes as one gzip file (RFC 1952), which `zcat` reads. The time in its header is that of the
// archiving, to the second; gzip's own checksum and length are at its end, and the log's hash chain is inside.
import { pipeline, Readable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { type Line, type SessionKind, toServerTime } from "@session-ledger/session_contract";
import { evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import type { CatalogEntry } from "../catalog/catalog_entry.ts";
import { systemCode } from "../disk.ts";
import { fileChunks } from "../drafts.ts";
import { LogScanner } from "../log_scanner.ts";
import type { ReadDisk } from "../read_disk.ts";
import type { Fault, LogName } from "../recorder.ts";

/** Where the header's time stands: seconds since the epoch, in 4 bytes, little-endian. */
const TIME_OFFSET = 4;
const TIME_BYTES = 4;

/** What an archive holds. */
export interface ArchiveExamination {
  readonly entry: Omit<CatalogEntry, "incarnation" | "life">;
  readonly fault?: Fault;
}

/** A time as an archive's header can hold it. */
export function archiveTime(now_ms: number): {
  archived_at: string;
  patch: { bytes: Buffer; position: number };
} {
  const seconds = Math.floor(now_ms / 1000);
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeUInt32LE(seconds);
  return { archived_at: toServerTime(seconds * 1000), patch: { bytes, position: TIME_OFFSET } };
}

export function packed(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return through(chunks, createGzip());
}

/** @throws Error what is not gzip, or does not hold */
export function unpacked(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return through(chunks, createGunzip());
}

/**
 * Reads an archive to its end, and folds and verifies the log in it. `file` names it in a fault. `onLine` is told of
 * each line before any fault, and at which byte of the log it begins.
 * @throws the system's error if the file cannot be read
 */
export async function examineArchive(
  disk: ReadDisk,
  path: string,
  { file, log }: { readonly file: string; readonly log: LogName },
  onLine: (line: Line, kind: SessionKind, byte_offset: number) => void,
): Promise<ArchiveExamination> {
  const scanner = new LogScanner(log);
  let state: SessionState = INITIAL_STATE;
  let fault: Fault | undefined;
  const take = (found: Fault): void => {
    fault ??= { ...found, file };
  };
  try {
    for await (const chunk of unpacked(fileChunks(disk, path))) {
      scanner.push(
        chunk,
        (line, byte_offset) => {
          if (fault !== undefined) return;
          state = evolve(state, line);
          onLine(line, state.kind, byte_offset);
        },
        take,
      );
    }
  } catch (error) {
    // What the disk did not give says nothing about the archive, and must not be taken for its content.
    if (!isGzipFault(error)) throw error;
    take(unreadable(file, error));
  }
  const end = scanner.finish();
  end.faults.forEach(take);
  if (end.unfinished_bytes > 0) take(unreadable(file, "the log in it does not end in a whole line"));
  const { hash = "", recorded_at } = scanner.position;
  const archived_at = await timeOf(disk, path);
  const entry = { log, state, recorded_at, hash, bytes: end.complete_bytes, claim: undefined, archived_at };
  return { entry, ...(fault === undefined ? {} : { fault }) };
}

/** Whether bytes were read that are no gzip, or not all of it. */
function isGzipFault(error: unknown): boolean {
  return systemCode(error)?.startsWith("Z_") ?? false;
}

function unreadable(file: string, why: unknown): Fault {
  const reason = `the archive cannot be read: ${why instanceof Error ? why.message : String(why)}`;
  return { code: "LOG_CORRUPT", file, line: 1, byte_offset: 0, reason };
}

async function timeOf(disk: ReadDisk, path: string): Promise<string> {
  const file = await disk.open(path, "read");
  try {
    const bytes = Buffer.alloc(TIME_BYTES);
    await file.read(bytes, TIME_OFFSET);
    return toServerTime(bytes.readUInt32LE() * 1000);
  } finally {
    await file.close();
  }
}

/** An error of the source, or of the coder, is met by who reads. */
function through(chunks: AsyncIterable<Buffer>, coder: ReturnType<typeof createGzip>): AsyncIterable<Buffer> {
  return pipeline(Readable.from(chunks), coder, () => {});
}
