import { LogEraser } from "./erasure/log_eraser.ts";
import { LogOperator, type LogOperatorOptions } from "./log_operator.ts";
import type { EraseOptions, LogName } from "./recorder.ts";

/** Everything that is done to a log as a whole. */
export class LogWork {
  readonly #operator: LogOperator;
  readonly #eraser: LogEraser;

  constructor(options: LogOperatorOptions) {
    this.#operator = new LogOperator(options);
    this.#eraser = new LogEraser(this.#operator);
  }

  /** Whether an append to the log must wait for `free`. */
  isHeld(log: LogName): boolean {
    return this.#operator.isHeld(log);
  }

  free(log: LogName): Promise<void> {
    return this.#operator.free(log);
  }

  erase(log: LogName, options: EraseOptions): Promise<void> {
    return this.#eraser.erase(log, options);
  }
}
