// A thread that reads logs: it is sent logs, one a message, and answers each in turn.
import { parentPort, workerData } from "node:worker_threads";
import type { LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import { loadTask } from "./log_task.ts";

/** What a thread tells. One `ready` comes first, and one `result` or `failure` for each log, in order. */
export type WorkerReply =
  | { readonly ready: true }
  /** So many lines were read since this was last told. */
  | { readonly lines: number }
  | { readonly result: unknown }
  | { readonly failure: string; readonly code: RecorderError["code"] | undefined };

/** A URL does not survive the way to a thread, so its text goes. */
export interface LogWorkerData {
  readonly root: string;
  readonly module_url: string;
  readonly input: unknown;
}

const LINES_PER_REPLY = 10_000;

const { root, module_url, input } = workerData as LogWorkerData;
const task = await loadTask({ root, module: new URL(module_url), input });

let lines = 0;
let last = Promise.resolve();
parentPort?.on("message", (log: LogName) => {
  last = last.then(() => answer(log));
});
tell({ ready: true });

async function answer(log: LogName): Promise<void> {
  let reply: WorkerReply;
  try {
    reply = { result: await task.runOn(log, countLine) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    reply = { failure, code: error instanceof RecorderError ? error.code : undefined };
  }
  tellLines();
  tell(reply);
}

function countLine(): void {
  lines += 1;
  if (lines >= LINES_PER_REPLY) tellLines();
}

function tellLines(): void {
  if (lines > 0) tell({ lines });
  lines = 0;
}

function tell(reply: WorkerReply): void {
  parentPort?.postMessage(reply);
}
