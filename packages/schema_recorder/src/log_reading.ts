import type { Line } from "@session-ledger/session_contract";
import type { LogCursor } from "./log_cursor.ts";
import type { ReadOptions, TailOptions } from "./recorder.ts";

/** The lines of a log up to its present end, one by one. It closes the cursor. */
export async function* readLog(
  open: () => Promise<LogCursor>,
  { after_seq = 0, until_seq = Number.POSITIVE_INFINITY }: ReadOptions = {},
): AsyncGenerator<Line, void> {
  const cursor = await open();
  try {
    for await (const lines of cursor.advance()) {
      for (const line of lines) if (line.seq > after_seq && line.seq <= until_seq) yield line;
      if (lines.at(-1)!.seq >= until_seq) return;
    }
  } finally {
    await cursor.close();
  }
}

/** Folds the lines of a log up to its present end. It closes the cursor. */
export async function replayLog<State>(
  open: () => Promise<LogCursor>,
  evolve: (state: State, line: Line) => State,
  initial: State,
  { after_seq = 0, until_seq = Number.POSITIVE_INFINITY }: ReadOptions = {},
): Promise<State> {
  let state = initial;
  const cursor = await open();
  try {
    await cursor.drain((line) => {
      if (line.seq > after_seq && line.seq <= until_seq) state = evolve(state, line);
      return line.seq < until_seq;
    });
  } finally {
    await cursor.close();
  }
  return state;
}

/** Subscribes to the growth of a log: calls `wake` after each, until the returned function is called. */
export type SubscribeToGrowth = (wake: () => void) => () => void;

/** The lines of a log, then each further one as the log grows, one by one. It closes the cursor. */
export async function* tailLog(
  cursor: LogCursor,
  subscribe: SubscribeToGrowth,
  { signal, after_seq = 0 }: TailOptions,
): AsyncGenerator<Line, void> {
  for await (const lines of tailGroups(cursor, subscribe, signal)) {
    for (const line of lines) {
      if (signal.aborted) return;
      if (line.seq > after_seq) yield line;
    }
  }
}

/**
 * The lines of a log, then each further one as the log grows, in groups as they come off the disk. Every wake reads
 * on from where the cursor stands, so a slow caller costs no memory and misses nothing. It closes the cursor.
 */
export async function* tailGroups(
  cursor: LogCursor,
  subscribe: SubscribeToGrowth,
  signal: AbortSignal,
): AsyncGenerator<readonly Line[], void> {
  let grown = Promise.withResolvers<void>();
  const wake = (): void => grown.resolve();
  const unsubscribe = subscribe(wake);
  signal.addEventListener("abort", wake);
  try {
    while (!signal.aborted) {
      grown = Promise.withResolvers();
      for await (const lines of cursor.advance()) {
        if (signal.aborted) return;
        yield lines;
      }
      if (!signal.aborted) await grown.promise;
    }
  } catch (error) {
    // What is closed under a tail that is ending anyway is no fault of the tail's.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", wake);
    unsubscribe();
    await cursor.close();
  }
}
