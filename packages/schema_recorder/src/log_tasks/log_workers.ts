import type { LogName } from "../recorder.ts";
import type { LogTaskSource } from "./log_task.ts";
import { LogWorkerHandle } from "./log_worker_handle.ts";

/** A thread that is done with a log finds the next one waiting. */
const BACKLOG_MAX = 4;
/** How many results are kept for an earlier one, at the most. */
const RESULTS_KEPT_MAX = 256;

/** What became of one log. */
export interface LogResult<Result> {
  readonly log: LogName;
  readonly result: Result;
}

export interface LogWorkersOptions extends LogTaskSource {
  readonly workers: number;
  /** So many further lines were read. */
  readonly on_lines?: (lines: number) => void;
}

interface Call {
  readonly log: LogName;
  readonly result: Promise<unknown>;
  settled: boolean;
}

/**
 * Threads that work on logs at the same time. Logs are independent of each other, and each is read by one thread
 * from its first line to its last, so what is found in it does not depend on how many threads there are.
 */
export class LogWorkers<Result> {
  readonly #workers: readonly LogWorkerHandle[];
  #settled = Promise.withResolvers<void>();

  private constructor({ workers, on_lines = () => undefined, ...source }: LogWorkersOptions) {
    const listener = { on_lines, on_settled: () => this.#settled.resolve() };
    this.#workers = Array.from({ length: workers }, () => new LogWorkerHandle(source, listener));
  }

  /** Starts the threads, each of which loads the task. @throws RecorderError `STORE_FAILED` if one cannot */
  static async start<Result>(options: LogWorkersOptions): Promise<LogWorkers<Result>> {
    const started = new LogWorkers<Result>(options);
    try {
      await Promise.all(started.#workers.map(({ ready }) => ready));
      return started;
    } catch (error) {
      await started.close();
      throw error;
    }
  }

  /**
   * The result for each log, in the order of `logs`.
   * @throws what the task threw; RecorderError `STORE_FAILED` if a thread ended before its logs were done
   */
  async *run(logs: AsyncIterable<LogName> | Iterable<LogName>): AsyncGenerator<LogResult<Result>, void> {
    const calls: Call[] = [];
    for await (const log of logs) {
      calls.push(await this.#call(log));
      while (calls[0]?.settled || calls.length >= RESULTS_KEPT_MAX) yield await resultOf(calls.shift()!);
    }
    for (const call of calls) yield await resultOf(call);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((thread) => thread.close()));
  }

  /** Gives a log to the thread with the shortest backlog, once that thread takes another. */
  async #call(log: LogName): Promise<Call> {
    while (true) {
      this.#settled = Promise.withResolvers();
      const thread = this.#workers.reduce((a, b) => (b.backlog < a.backlog ? b : a));
      if (thread.backlog < BACKLOG_MAX) {
        const call: Call = { log, result: thread.call(log), settled: false };
        const settle = (): void => {
          call.settled = true;
        };
        call.result.then(settle, settle);
        return call;
      }
      await this.#settled.promise;
    }
  }
}

async function resultOf<Result>({ log, result }: Call): Promise<LogResult<Result>> {
  return { log, result: (await result) as Result };
}
