// What is done to a log as a whole, in a store without a disk. Each is one synchronous step.
import { type Line, toServerTime } from "@session-ledger/session_contract";
import { claimOf, fold } from "@session-ledger/session_domain";
import { archiveTime } from "./archive/archive_file.ts";
import { eraseEvent } from "./erasure/erased_line.ts";
import { assertErasable } from "./erasure/line_eraser.ts";
import { encodeBatch } from "./line_batch.ts";
import { logKey } from "./log_paths.ts";
import type { MemoryStore, StoredLog } from "./memory_store.ts";
import type { EraseLineOptions, EraseOptions, LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

export function eraseStored(
  store: MemoryStore,
  name: LogName,
  { expected_seq, note }: EraseOptions,
  now_ms: number,
): void {
  const { state } = storedAt(store, name, expected_seq);
  store.logs.delete(logKey(name));
  const claim = claimOf(state);
  if (claim !== undefined) store.claims.release(claim, name);
  if (note !== undefined) {
    const { kind, seq: lines } = state;
    store.erasures.set(name.session_id, { erased_at: toServerTime(now_ms), kind, lines, ...note });
  }
  store.commits.emit(logKey(name));
}

export function eraseStoredLine(
  store: MemoryStore,
  name: LogName,
  seq: number,
  { expected_seq, record_id, cause }: EraseLineOptions,
  now_ms: number,
): Line {
  const log = storedAt(store, name, expected_seq);
  if (log.archived_at !== undefined) throw new RecorderError("LOG_ARCHIVED");
  const text = log.lines[seq - 1];
  assertErasable(text === undefined ? undefined : parse(text), seq);
  const event = { type: "line.erased", event: { record_id, seq }, ...(cause === undefined ? {} : { cause }) };
  const added = encodeBatch(name, [event], log.last, now_ms);
  const erased = eraseEvent(Buffer.from(`${text}\n`))
    .toString()
    .trimEnd();
  const lines = [...log.lines.with(seq - 1, erased), added.bytes.toString().trimEnd()];
  const last = parse(lines.at(-1)!);
  store.logs.set(logKey(name), { name: log.name, lines, state: fold(lines.map(parse)), last });
  store.commits.emit(logKey(name));
  return last;
}

export function archiveStored(
  store: MemoryStore,
  name: LogName,
  expected_seq: number | undefined,
  now_ms: number,
): void {
  const log = storedAt(store, name, expected_seq);
  if (log.archived_at !== undefined) throw new RecorderError("LOG_ARCHIVED");
  const { status } = log.state;
  if (status !== "stopped" && status !== "deleted") throw new RecorderError("LOG_NOT_ENDED");
  store.logs.set(logKey(name), { ...log, archived_at: archiveTime(now_ms).archived_at });
  store.commits.emit(logKey(name));
}

export function restoreStored(store: MemoryStore, name: LogName): void {
  const { archived_at, ...log } = storedAt(store, name, undefined);
  if (archived_at === undefined) throw new RecorderError("LOG_NOT_ARCHIVED");
  store.logs.set(logKey(name), log);
  store.commits.emit(logKey(name));
}

/** A log that stands where the caller expects it. @throws RecorderError `LOG_NOT_FOUND`, `SEQ_CONFLICT` */
function storedAt(store: MemoryStore, name: LogName, expected_seq: number | undefined): StoredLog {
  const log = store.logs.get(logKey(name));
  if (log === undefined) throw new RecorderError("LOG_NOT_FOUND");
  const { seq } = log.last;
  if (expected_seq !== undefined && expected_seq !== seq) {
    throw new RecorderError("SEQ_CONFLICT", `expected seq ${expected_seq}, the log is at ${seq}`);
  }
  return log;
}

function parse(text: string): Line {
  return JSON.parse(text) as Line;
}
