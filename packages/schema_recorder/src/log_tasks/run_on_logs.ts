import { availableParallelism } from "node:os";
import { join } from "node:path";
import { LEDGER_FOLDER } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import { writerLives } from "../writer_lock.ts";
import { type LogTaskSource, loadTask } from "./log_task.ts";
import { type LogResult, LogWorkers, type LogWorkersOptions } from "./log_workers.ts";

/** Workers are started for what one thread has not read by then: starting them takes about as long. */
const ALONE_MS_MAX = 500;
const DEFAULT_WORKERS_MAX = 4;

export interface RunOptions extends LogTaskSource {
  /**
   * How many threads read at the same time. Default: one for each core, 4 at the most, and only for long work. Beside a
   * living writer, one core is left to it.
   */
  readonly workers?: number | undefined;
  /** So many further lines were read. */
  readonly on_lines?: (lines: number) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * The result of a task for each log, in the order of `logs`.
 * @throws what the task threw; RecorderError `STORE_FAILED` if a worker ended before its logs were done
 */
export async function* runOnLogs<Result>(
  logs: AsyncIterable<LogName>,
  options: RunOptions,
): AsyncGenerator<LogResult<Result>, void> {
  const { on_lines = () => undefined, now = () => performance.now() } = options;
  const { root, module, input } = options;
  const workers = options.workers ?? defaultWorkers(root);
  const worker_options = { root, module, input, workers, on_lines };
  if (options.workers !== undefined && workers > 1) {
    yield* runOnWorkers(logs, worker_options);
    return;
  }
  const alone_ms_max = workers > 1 ? ALONE_MS_MAX : Number.POSITIVE_INFINITY;
  const task = await loadTask(options);
  const rest = logs[Symbol.asyncIterator]();
  const started_ms = now();
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      const log = next.value;
      if (now() - started_ms >= alone_ms_max) {
        yield* runOnWorkers(resumed(log, rest), worker_options);
        return;
      }
      yield { log, result: (await task.runOn(log, () => on_lines(1))) as Result };
    }
  } finally {
    await task.close();
    await rest.return?.();
  }
}

function defaultWorkers(root: string): number {
  const cores = availableParallelism() - (writerLives(join(root, LEDGER_FOLDER)) ? 1 : 0);
  return Math.min(Math.max(cores, 1), DEFAULT_WORKERS_MAX);
}

async function* runOnWorkers<Result>(
  logs: AsyncIterable<LogName>,
  options: LogWorkersOptions,
): AsyncGenerator<LogResult<Result>, void> {
  const workers = await LogWorkers.start<Result>(options);
  try {
    yield* workers.run(logs);
  } finally {
    await workers.close();
  }
}

async function* resumed<Item>(first: Item, rest: AsyncIterator<Item>): AsyncGenerator<Item, void> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
