import type { Recorder } from "@session-ledger/schema_recorder";
import { LedgerError } from "@session-ledger/session_contract";
import type { Metrics } from "./metrics.ts";

/** A recorder that counts what it appends, and what it refuses by code. It changes nothing else. */
export function observeRecorder(recorder: Recorder, metrics: Metrics): Recorder {
  return {
    logs: () => recorder.logs(),
    replay: (log, evolve, initial, options) => recorder.replay(log, evolve, initial, options),
    read: (log, options) => recorder.read(log, options),
    pick: (log, seqs) => recorder.pick(log, seqs),
    readRaw: (log, options) => recorder.readRaw(log, options),
    tail: (log, options) => recorder.tail(log, options),
    tailRaw: (log, options) => recorder.tailRaw(log, options),
    find: (session_id) => recorder.find(session_id),
    sessions: (filter) => recorder.sessions(filter),
    list: (query) => recorder.list(query),
    count: (query) => recorder.count(query),
    holderOf: (claim) => recorder.holderOf(claim),
    findByIdempotencyKey: (scope) => recorder.findByIdempotencyKey(scope),
    readiness: () => recorder.readiness(),
    close: () => recorder.close(),
    erase: (log, options) => recorder.erase(log, options),
    eraseLine: (log, seq, options) => recorder.eraseLine(log, seq, options),
    archive: (log, options) => recorder.archive(log, options),
    restore: (log) => recorder.restore(log),
    erasureOf: (session_id) => recorder.erasureOf(session_id),
    append: async (log, events, options) => {
      try {
        const lines = await recorder.append(log, events, options);
        metrics.countAppend(lines.length);
        return lines;
      } catch (error) {
        metrics.countAppendFailure(error instanceof LedgerError ? error.code : "INTERNAL_ERROR");
        throw error;
      }
    },
  };
}
