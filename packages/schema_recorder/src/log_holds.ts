import { logKey } from "./log_paths.ts";
import type { LogName } from "./recorder.ts";

/** Logs that something is being done to as a whole. Whatever else would write to such a log waits for its end. */
export class LogHolds {
  readonly #held = new Map<string, Promise<void>>();

  isHeld(log: LogName): boolean {
    return this.#held.has(logKey(log));
  }

  /** Resolves, in the order in which it was called, once nothing holds the log. */
  async free(log: LogName): Promise<void> {
    const key = logKey(log);
    for (let held = this.#held.get(key); held !== undefined; held = this.#held.get(key)) await held;
  }

  /** Runs a task that has the log to itself. */
  async hold<Result>(log: LogName, task: () => Promise<Result>): Promise<Result> {
    // Without a turn in between where nothing holds it, so that what is asked for next finds it held.
    while (this.isHeld(log)) await this.free(log);
    const key = logKey(log);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(key, promise);
    try {
      return await task();
    } finally {
      this.#held.delete(key);
      resolve();
    }
  }
}
