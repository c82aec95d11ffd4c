import { Worker } from "node:worker_threads";
import type { LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { LogTaskSource } from "./log_task.ts";
import type { LogWorkerData, WorkerReply } from "./log_worker.ts";

const WORKER = new URL("./log_worker.ts", import.meta.url);

/** Who is told what a thread does. */
export interface WorkerListener {
  readonly on_lines: (lines: number) => void;
  /** One more call was answered, or none will be any more. */
  readonly on_settled: () => void;
}

/** The calling side of a thread that reads logs. */
export class LogWorkerHandle {
  readonly #worker: Worker;
  readonly #listener: WorkerListener;
  readonly #ready = Promise.withResolvers<void>();
  /** The logs that were sent and not answered, in order. */
  readonly #calls: PromiseWithResolvers<unknown>[] = [];
  #failure: RecorderError | undefined;

  constructor({ root, module, input }: LogTaskSource, listener: WorkerListener) {
    const data: LogWorkerData = { root, module_url: module.href, input };
    this.#listener = listener;
    this.#worker = new Worker(WORKER, { workerData: data });
    this.#worker.on("message", (reply: WorkerReply) => this.#take(reply));
    // What a thread answered may come after its error, but never after its end.
    let cause = new Error("it ended");
    this.#worker.on("error", (error) => {
      cause = error;
    });
    this.#worker.on("exit", () => this.#fail(cause));
    this.#ready.promise.catch(() => undefined);
  }

  /** Resolves once the task is loaded. @throws RecorderError `STORE_FAILED` */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** How many logs the thread has before it. */
  get backlog(): number {
    return this.#calls.length;
  }

  /** @throws what the task threw; RecorderError `STORE_FAILED` if the thread ends before it has answered */
  call(log: LogName): Promise<unknown> {
    const call = Promise.withResolvers<unknown>();
    // The results are awaited in their order, so one may fail long before it is looked at.
    call.promise.catch(() => undefined);
    if (this.#failure !== undefined) call.reject(this.#failure);
    else {
      this.#calls.push(call);
      this.#worker.postMessage(log);
    }
    return call.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(reply: WorkerReply): void {
    if ("ready" in reply) this.#ready.resolve();
    else if ("lines" in reply) this.#listener.on_lines(reply.lines);
    else {
      const call = this.#calls.shift();
      if ("result" in reply) call?.resolve(reply.result);
      else call?.reject(toError(reply));
      this.#listener.on_settled();
    }
  }

  /** A log that a thread left unread must never look like one that holds nothing. */
  #fail(cause: Error): void {
    this.#failure ??= new RecorderError("STORE_FAILED", `a thread that reads logs failed: ${cause.message}`, {
      cause,
    });
    this.#ready.reject(this.#failure);
    for (const { reject } of this.#calls.splice(0)) reject(this.#failure);
    this.#listener.on_settled();
  }
}

function toError({ failure, code }: Extract<WorkerReply, { failure: string }>): Error {
  return code === undefined ? new Error(failure) : new RecorderError(code, failure);
}
