import { type Transferable, Worker } from "node:worker_threads";
import { RecorderError } from "./recorder_error.ts";
import { TransientMap } from "./transient_map.ts";

/** What a thread is asked: its own kind of call, and a number to answer it by. */
export type ThreadCall<Call> = Call & { readonly id: number };

/** What came of a call. */
export type ThreadReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string };

/**
 * A thread of the store, and the calls it has not answered. A call that fails, or the end of the thread, is the
 * store's failure: it and every later call are rejected with `STORE_FAILED`.
 */
export class WorkerCalls<Call extends object> {
  readonly #worker: Worker;
  #waiting = new TransientMap<number, PromiseWithResolvers<unknown>>();
  #calls = 0;
  #failure: RecorderError | undefined;

  constructor(module: URL, data: unknown) {
    this.#worker = new Worker(module, { workerData: data });
    this.#worker.on("message", (reply: ThreadReply) => this.#settle(reply));
    this.#worker.on("error", (error) =>
      this.#fail(new RecorderError("STORE_FAILED", error.message, { cause: error })),
    );
    this.#worker.on("exit", () =>
      this.#fail(new RecorderError("STORE_FAILED", "a thread of the store has ended")),
    );
    // Waiting calls keep the process alive, an idle thread does not.
    this.#worker.unref();
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves with the thread's answer. Calls are answered in any order. */
  call(call: Call, handed_over: readonly Transferable[] = []): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#calls += 1;
    const reply = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#calls, reply);
    if (this.#waiting.size === 1) this.#worker.ref();
    this.#worker.postMessage({ ...call, id: this.#calls } satisfies ThreadCall<Call>, handed_over);
    return reply.promise;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("result" in reply) waiting?.resolve(reply.result);
    else {
      const failure = new RecorderError("STORE_FAILED", reply.failure);
      waiting?.reject(failure);
      this.#fail(failure);
    }
  }

  #fail(error: RecorderError): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting = new TransientMap();
    this.#worker.unref();
  }
}
