import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { nodeDisk } from "../disk.ts";
import { digestIn, Erasures } from "../erasure/erasures.ts";
import { LEDGER_FOLDER } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import { writerLives } from "../writer_lock.ts";

const LOOK_AGAIN_MS = 50;

/** The erasures of a log root, and which of them came since it was first asked. */
export class ErasedMeanwhile {
  readonly #root: string;
  readonly #before: ReadonlySet<string>;
  #erasures: Erasures;
  #since: ReadonlySet<string> = new Set();

  private constructor(root: string, erasures: Erasures) {
    this.#root = root;
    this.#erasures = erasures;
    this.#before = erasures.texts;
  }

  static async begin(root: string): Promise<ErasedMeanwhile> {
    return new ErasedMeanwhile(root, await Erasures.open(nodeDisk, root, false));
  }

  /** What remains of all erasures, a line each. */
  get texts(): Iterable<string> {
    return this.#erasures.texts;
  }

  /** Whether any came since. */
  get any(): boolean {
    return this.#since.size > 0;
  }

  has(log: LogName): boolean {
    return this.any && this.#since.has(this.#erasures.digestOfLog(log));
  }

  /**
   * Reads the erasures anew. A log goes before its erasure stands in the file, and before it is acknowledged: of these
   * it is waited for, so long as a writer lives and `wait_ms_max` have not passed.
   */
  async readAgain(gone: readonly LogName[], wait_ms_max: number): Promise<void> {
    const until_ms = performance.now() + wait_ms_max;
    while (true) {
      const may_come = writerLives(join(this.#root, LEDGER_FOLDER)) && performance.now() < until_ms;
      this.#erasures = await Erasures.open(nodeDisk, this.#root, false);
      const texts = [...this.#erasures.texts].filter((text) => !this.#before.has(text));
      this.#since = new Set(texts.map(digestIn));
      if (!may_come || gone.every((log) => this.has(log))) return;
      await setTimeout(LOOK_AGAIN_MS);
    }
  }
}
