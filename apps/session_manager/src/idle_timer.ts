import type { Clock } from "./clock.ts";

/** What `setTimeout` holds; a longer wait is made of several. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** How far apart sweeps are at least, so that a store which refuses is not pressed. */
export const SWEEP_PAUSE_MS_MIN = 1_000;

export interface IdleTimerOptions {
  readonly clock: Clock;
  /** When the next session is due, on the monotonic clock; undefined while none will be. */
  readonly nextDue: () => number | undefined;
  /** Ends the sessions that are due. It must not throw. */
  readonly sweep: () => Promise<unknown>;
}

/**
 * One timer for all sessions, set for the one that is due first. Activity only makes a session due later, so a
 * timer that runs is left alone; when it finds nothing due it is set anew.
 */
export class IdleTimer {
  readonly #options: IdleTimerOptions;
  #running = false;
  #cancel: (() => void) | undefined;
  #sweep: Promise<void> | undefined;

  constructor(options: IdleTimerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  /** Sets the timer, unless it is set already. To be called when a session may have become the first one due. */
  wake(delay_ms_min = 0): void {
    if (!this.#running || this.#cancel !== undefined || this.#sweep !== undefined) return;
    const { clock, nextDue } = this.#options;
    const due = nextDue();
    if (due === undefined) return;
    const delay_ms = Math.min(Math.max(Math.ceil(due - clock.monotonic()), delay_ms_min), DELAY_MS_MAX);
    this.#cancel = clock.after(delay_ms, () => {
      this.#cancel = undefined;
      this.#sweep = this.#run();
    });
  }

  /** Resolves once no sweep is under way and none will begin. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#sweep;
  }

  async #run(): Promise<void> {
    await this.#options.sweep();
    this.#sweep = undefined;
    this.wake(SWEEP_PAUSE_MS_MIN);
  }
}
