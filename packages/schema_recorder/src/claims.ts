import { logKey } from "./log_paths.ts";
import type { LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import { TransientMap } from "./transient_map.ts";

/** The claims of one store: names that at most one log holds. A claim being taken is reserved until its append ends. */
export class Claims {
  readonly #held = new TransientMap<string, LogName>();
  readonly #reserved = new TransientMap<string, LogName>();

  holderOf(claim: string): LogName | undefined {
    return this.#held.get(claim);
  }

  /**
   * Reserves a claim for an append that is about to be made durable.
   * @throws RecorderError `CLAIM_TAKEN`
   */
  reserve(claim: string, log: LogName): void {
    const holder = this.#held.get(claim) ?? this.#reserved.get(claim);
    if (holder !== undefined && logKey(holder) !== logKey(log)) throw new RecorderError("CLAIM_TAKEN");
    this.#reserved.set(claim, log);
  }

  /** Gives a reservation back: its append failed. */
  cancel(claim: string): void {
    this.#reserved.delete(claim);
  }

  /** The append is durable, so the claim is held. */
  hold(claim: string, log: LogName): void {
    this.#reserved.delete(claim);
    this.#held.set(claim, log);
  }

  /** Frees a claim, if this log holds it. */
  release(claim: string, log: LogName): void {
    const holder = this.#held.get(claim);
    if (holder !== undefined && logKey(holder) === logKey(log)) this.#held.delete(claim);
  }
}
