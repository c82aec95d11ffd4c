import { type JsonlReader, openReader } from "../jsonl_reader.ts";
import type { LogName } from "../recorder.ts";

/** Reads one log. The result goes from thread to thread, so it is plain data, and bounded whatever the log's length. */
export type LogTask<Result> = (reader: JsonlReader, log: LogName, on_line: () => void) => Promise<Result>;

/** What a task's module exports under the name `createTask`. `input` is plain data too. */
export type CreateLogTask<Input, Result> = (input: Input) => LogTask<Result>;

/** What is to be done with each log of a root. */
export interface LogTaskSource {
  readonly root: string;
  /** The module that makes the task, loaded by every thread that works on it. */
  readonly module: URL;
  /** What the task is made with. */
  readonly input?: unknown;
}

/** A task with a reader of its own. */
export interface LoadedTask {
  readonly runOn: (log: LogName, on_line: () => void) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export async function loadTask(source: LogTaskSource): Promise<LoadedTask> {
  const { createTask } = (await import(source.module.href)) as {
    createTask: CreateLogTask<unknown, unknown>;
  };
  const task = createTask(source.input);
  const reader = await openReader({ root: source.root });
  return {
    runOn: (log, on_line) => task(reader, log, on_line),
    close: () => reader.close(),
  };
}
