import { logKey } from "./log_paths.ts";
import type { LogName } from "./recorder.ts";

/** Tells who waits that a log has grown. It carries no lines: they are read from the log, so nothing queues up. */
export class CommitFeed {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Wakes everyone who waits for this log. */
  publish(log: LogName): void {
    const waiting = this.#waiting.size === 0 ? undefined : this.#waiting.get(logKey(log));
    if (waiting === undefined) return;
    for (const wake of waiting) wake();
  }

  /** Calls `wake` after each commit to the log, until the returned function is called. */
  subscribe(log: LogName, wake: () => void): () => void {
    const key = logKey(log);
    const waiting = this.#waiting.get(key) ?? new Set();
    waiting.add(wake);
    this.#waiting.set(key, waiting);
    return () => {
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(key);
    };
  }
}
