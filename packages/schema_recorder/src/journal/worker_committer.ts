import { WorkerCalls } from "../worker_calls.ts";
import type { CommitResult } from "./commit_engine.ts";
import type { CommitCall, CommitWorkerData } from "./commit_worker.ts";
import type { Committer } from "./committer.ts";

const WORKER = new URL("./commit_worker.ts", import.meta.url);

/** Commits on a thread of its own. */
export class WorkerCommitter implements Committer {
  readonly #calls: WorkerCalls<CommitCall>;

  constructor(data: CommitWorkerData) {
    this.#calls = new WorkerCalls(WORKER, data);
  }

  commit(payload: Buffer): Promise<CommitResult> {
    const handed_over = [payload.buffer as ArrayBuffer];
    return this.#calls.call({ method: "commit", payload }, handed_over) as Promise<CommitResult>;
  }

  seal(): Promise<boolean> {
    return this.#calls.call({ method: "seal" }) as Promise<boolean>;
  }

  async syncSealed(): Promise<void> {
    await this.#calls.call({ method: "syncSealed" });
  }

  async dropSealed(): Promise<void> {
    await this.#calls.call({ method: "dropSealed" });
  }

  async close(): Promise<void> {
    if (!this.#calls.failed) await this.#calls.call({ method: "close" });
    await this.#calls.terminate();
  }
}
