import type { Line } from "@session-ledger/session_contract";
import { Archiver } from "./archive/archiver.ts";
import { LineEraser } from "./erasure/line_eraser.ts";
import { LogEraser } from "./erasure/log_eraser.ts";
import { LogOperator, type LogOperatorOptions } from "./log_operator.ts";
import type { EraseLineOptions, EraseOptions, LogName, OperateOptions } from "./recorder.ts";

/** Everything that is done to a log as a whole. */
export class LogWork {
  readonly #operator: LogOperator;
  readonly #eraser: LogEraser;
  readonly #line_eraser: LineEraser;
  readonly #archiver: Archiver;

  constructor(options: LogOperatorOptions) {
    this.#operator = new LogOperator(options);
    this.#eraser = new LogEraser(this.#operator);
    this.#line_eraser = new LineEraser(this.#operator);
    this.#archiver = new Archiver(this.#operator);
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

  eraseLine(log: LogName, seq: number, options: EraseLineOptions): Promise<Line> {
    return this.#line_eraser.erase(log, seq, options);
  }

  archive(log: LogName, options: OperateOptions): Promise<void> {
    return this.#archiver.archive(log, options);
  }

  restore(log: LogName): Promise<void> {
    return this.#archiver.restore(log);
  }
}
