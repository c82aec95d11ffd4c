// What is done to a log as a whole, in a store without a disk. Each is one synchronous step.
import { toServerTime } from "@session-ledger/session_contract";
import { claimOf } from "@session-ledger/session_domain";
import { logKey } from "./log_paths.ts";
import type { MemoryStore, StoredLog } from "./memory_store.ts";
import type { EraseOptions, LogName } from "./recorder.ts";
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
