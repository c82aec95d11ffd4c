import { Worker } from "node:worker_threads";
import { RecorderError } from "../recorder_error.ts";
import type { CommitResult } from "./commit_engine.ts";
import type { CommitCall, CommitReply, CommitWorkerData } from "./commit_worker.ts";
import type { Committer } from "./committer.ts";

const WORKER = new URL("./commit_worker.ts", import.meta.url);

/** Commits on a thread of its own. */
export class WorkerCommitter implements Committer {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;
  #failure: RecorderError | undefined;

  constructor(data: CommitWorkerData) {
    this.#worker = new Worker(WORKER, { workerData: data });
    this.#worker.on("message", (reply: CommitReply) => this.#settle(reply));
    this.#worker.on("error", (error) =>
      this.#fail(new RecorderError("STORE_FAILED", error.message, { cause: error })),
    );
    this.#worker.on("exit", () =>
      this.#fail(new RecorderError("STORE_FAILED", "the commit thread has ended")),
    );
    // Waiting calls keep the process alive, an idle thread does not.
    this.#worker.unref();
  }

  commit(payload: Buffer): Promise<CommitResult> {
    return this.#call("commit", payload) as Promise<CommitResult>;
  }

  seal(): Promise<boolean> {
    return this.#call("seal") as Promise<boolean>;
  }

  async syncSealed(): Promise<void> {
    await this.#call("syncSealed");
  }

  async dropSealed(): Promise<void> {
    await this.#call("dropSealed");
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) await this.#call("close");
    await this.#worker.terminate();
  }

  #call(method: CommitCall["method"], payload?: Buffer): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#calls += 1;
    const reply = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#calls, reply);
    if (this.#waiting.size === 1) this.#worker.ref();
    if (payload === undefined) this.#worker.postMessage({ id: this.#calls, method } satisfies CommitCall);
    else this.#worker.postMessage({ id: this.#calls, method, payload }, [payload.buffer as ArrayBuffer]);
    return reply.promise;
  }

  #settle(reply: CommitReply): void {
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
    this.#waiting.clear();
    this.#worker.unref();
  }
}
