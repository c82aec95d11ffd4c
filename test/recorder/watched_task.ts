// A task for log_workers.test.ts: what it does with a log is said by the session's id.
import { setImmediate } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import type { CreateLogTask } from "@session-ledger/schema_recorder";
import { RecorderError } from "@session-ledger/schema_recorder";

export interface WatchedResult {
  readonly events: number;
  /** The thread that read the log. */
  readonly thread: number;
}

/** `gate` is raised from 0 to 1 by the log called "opens"; the log called "waits" waits for that. */
export const createTask: CreateLogTask<{ gate: Int32Array }, WatchedResult> =
  ({ gate }) =>
  async (reader, log, on_line) => {
    if (log.session_id === "crashes") return crash();
    if (log.session_id === "fails") throw new RecorderError("LOG_CORRUPT", "planted");
    if (log.session_id === "waits") Atomics.wait(gate, 0, 0);
    if (log.session_id === "opens") {
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
    }
    let events = 0;
    for await (const _ of reader.read(log)) {
      events += 1;
      on_line();
      // A log of more lines takes more turns, so that a shorter one behind it could overtake it.
      await setImmediate();
    }
    return { events, thread: threadId };
  };

/** Ends the thread by an error that no one awaits, and never answers. */
function crash(): Promise<never> {
  process.nextTick(() => {
    throw new Error("planted");
  });
  return new Promise(() => undefined);
}
