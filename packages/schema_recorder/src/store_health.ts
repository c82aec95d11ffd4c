import type { Readiness } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import type { OpenStore } from "./store_opening.ts";

type HealthyStore = Pick<OpenStore, "disk" | "root" | "free_bytes_min" | "read_only" | "on_fatal">;

/** Whether an open store still answers, and whether it takes appends. */
export class StoreHealth {
  readonly #store: HealthyStore;
  readonly #closing = new AbortController();
  #failure: RecorderError | undefined;

  constructor(store: HealthyStore) {
    this.#store = store;
  }

  /** Aborted once the store is being closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get has_failed(): boolean {
    return this.#failure !== undefined;
  }

  /** The store answers nothing from here on. */
  close(): void {
    this.#closing.abort();
  }

  /** Ends the store: after a failed write or sync nothing can be known but by replay. */
  fail(error: RecorderError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#store.on_fatal(error);
  }

  /** Throws an error on, which may be the end of the store. */
  refuse(error: RecorderError): never {
    if (error.code === "STORE_FAILED") this.fail(error);
    throw error;
  }

  /** @throws RecorderError `STORE_UNAVAILABLE` */
  assertOpen(): void {
    if (this.#closing.signal.aborted) throw new RecorderError("STORE_UNAVAILABLE", "the recorder is closed");
  }

  /** @throws RecorderError `STORE_UNAVAILABLE`, `STORE_FAILED` */
  assertWritable(): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.assertOpen();
    const { read_only } = this.#store;
    if (read_only !== undefined)
      throw new RecorderError("STORE_UNAVAILABLE", read_only, { detail: read_only });
  }

  async readiness(): Promise<Readiness> {
    try {
      this.assertWritable();
      const free_bytes = await this.#store.disk.freeBytes(this.#store.root);
      if (free_bytes < this.#store.free_bytes_min) throw new RecorderError("STORE_FULL");
      return { ready: true };
    } catch (error) {
      return {
        ready: false,
        reason: error instanceof RecorderError ? error.detail : "The store cannot be read.",
      };
    }
  }
}
