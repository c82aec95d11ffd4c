import type { Line } from "@session-ledger/session_contract";
import type { LogCursor } from "./log_cursor.ts";
import type { ReadOptions, TailOptions } from "./recorder.ts";

/** The lines of a log, in groups as they come off the disk. It closes the cursor. */
async function* readGroups(
  open: () => Promise<LogCursor>,
  { after_seq = 0, until_seq = Number.POSITIVE_INFINITY }: ReadOptions,
): AsyncGenerator<readonly Line[], void> {
  const cursor = await open();
  try {
    for await (const lines of cursor.advance()) {
      const is_whole = lines[0]!.seq > after_seq && lines.at(-1)!.seq <= until_seq;
      yield is_whole ? lines : lines.filter(({ seq }) => seq > after_seq && seq <= until_seq);
      if (lines.at(-1)!.seq >= until_seq) return;
    }
  } finally {
    await cursor.close();
  }
}

/** The lines of a log up to its present end, one by one. It closes the cursor. */
export async function* readLog(
  open: () => Promise<LogCursor>,
  options: ReadOptions = {},
): AsyncGenerator<Line, void> {
  for await (const lines of readGroups(open, options)) yield* lines;
}

/** Folds the lines of a log up to its present end. It closes the cursor. */
export async function replayLog<State>(
  open: () => Promise<LogCursor>,
  evolve: (state: State, line: Line) => State,
  initial: State,
  options: ReadOptions = {},
): Promise<State> {
  let state = initial;
  for await (const lines of readGroups(open, options)) state = lines.reduce(evolve, state);
  return state;
}

/** Subscribes to the growth of a log: calls `wake` after each, until the returned function is called. */
export type SubscribeToGrowth = (wake: () => void) => () => void;

/**
 * The lines of a log, then each further one as the log grows. Every wake reads on from where the cursor stands, so
 * a slow caller costs no memory and misses nothing.
 */
export async function* tailLog(
  cursor: LogCursor,
  subscribe: SubscribeToGrowth,
  options: TailOptions,
): AsyncGenerator<Line, void> {
  const { signal, after_seq = 0 } = options;
  let grown = Promise.withResolvers<void>();
  const wake = (): void => grown.resolve();
  const unsubscribe = subscribe(wake);
  signal.addEventListener("abort", wake);
  try {
    while (!signal.aborted) {
      grown = Promise.withResolvers();
      for await (const lines of cursor.advance()) {
        for (const line of lines) {
          if (signal.aborted) return;
          if (line.seq > after_seq) yield line;
        }
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
