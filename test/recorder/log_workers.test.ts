import { availableParallelism } from "node:os";
import { threadId } from "node:worker_threads";
import { type LogName, openReader, openRecorder, runOnLogs } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import type { WatchedResult } from "./watched_task.ts";

const MODULE = new URL("./watched_task.ts", import.meta.url);

/** A root with a log for each id, in the order in which logs are found; the Nth has N + 1 lines. */
async function rootWith(...session_ids: string[]): Promise<string> {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  for (const [at, session_id] of session_ids.entries()) {
    const log: LogName = { user_id: `u${String(at).padStart(4, "0")}`, session_id };
    const messages = Array.from({ length: at }, () => messageEvent(log));
    await recorder.append(log, [startedEvent(log), ...messages], { expected_seq: 0 });
  }
  await recorder.close();
  return root;
}

/** What each log gave until the end or the first error, and how many lines were told. */
async function runOn(root: string, options: { workers?: number; now?: () => number }) {
  const reader = await openReader({ root });
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const given: [string, WatchedResult][] = [];
  let lines = 0;
  let error: unknown;
  try {
    const on_lines = (count: number): void => {
      lines += count;
    };
    const run = { root, module: MODULE, input: { gate }, on_lines, ...options };
    for await (const { log, result } of runOnLogs<WatchedResult>(reader.logs(), run)) {
      given.push([log.session_id, result]);
    }
  } catch (thrown) {
    error = thrown;
  } finally {
    await reader.close();
  }
  return { given, lines, error };
}

test("results come in the order of the logs, though a later log is done first", async () => {
  const { given, lines, error } = await runOn(await rootWith("waits", "opens", "third", "fourth"), {
    workers: 2,
  });
  expect(error).toBeUndefined();
  expect(given.map(([id, { events }]) => [id, events])).toEqual([
    ["waits", 1],
    ["opens", 2],
    ["third", 3],
    ["fourth", 4],
  ]);
  expect(given[0]![1].thread).not.toBe(given[1]![1].thread);
  expect(lines).toBe(10);
});

test("a thread that crashes before its logs are done is an error, never a shorter result", async () => {
  for (const ids of [["crashes"], ["first", "second", "crashes", "fourth"]]) {
    const { given, error } = await runOn(await rootWith(...ids), { workers: 2 });
    expect(error).toMatchObject({ code: "STORE_FAILED" });
    expect(given.map(([id]) => id)).toEqual(ids.slice(0, ids.indexOf("crashes")));
  }
});

test("what the task throws keeps its code, on a thread as without one", async () => {
  const root = await rootWith("first", "fails", "third");
  for (const workers of [1, 2]) {
    const { given, error } = await runOn(root, { workers });
    expect(given.map(([id]) => id)).toEqual(["first"]);
    expect(error).toMatchObject({ code: "LOG_CORRUPT", message: expect.stringContaining("planted") });
  }
});

test("more logs than may wait for the first all come, in order", async () => {
  const root = await rootWith(...Array.from({ length: 12 }, (_, at) => `s${at}`));
  const reader = await openReader({ root });
  const names = await Array.fromAsync(reader.logs());
  await reader.close();
  async function* manyLogs() {
    for (let round = 0; round < 100; round += 1) yield* names;
  }
  const input = { gate: new Int32Array(new SharedArrayBuffer(4)) };
  const results = await Array.fromAsync(
    runOnLogs<WatchedResult>(manyLogs(), { root, module: MODULE, input, workers: 3 }),
  );
  expect(results.map(({ result }) => result.events)).toEqual(
    Array.from({ length: 1_200 }, (_, at) => (at % 12) + 1),
  );
});

test("a module that cannot be loaded is an error", async () => {
  const root = await rootWith("first");
  const module = new URL("./missing_task.ts", import.meta.url);
  for (const workers of [1, 2]) {
    const reader = await openReader({ root });
    const run = Array.fromAsync(runOnLogs(reader.logs(), { root, module, workers }));
    await expect(run).rejects.toThrow("missing_task");
    await reader.close();
  }
});

/** Which logs were read on this thread, by a clock that says that one thread is too slow after the first log, or never. */
async function areReadHere(root: string, is_slow: boolean): Promise<boolean[]> {
  // Asked once at the start, and once before each log.
  const readings_ms = is_slow ? [0, 0, 10_000] : [];
  const { given } = await runOn(root, { now: () => readings_ms.shift() ?? (is_slow ? 10_000 : 0) });
  return given.map(([, { thread }]) => thread === threadId);
}

test("threads are started only for what one thread has not read in its time", async () => {
  const root = await rootWith("first", "second", "third");
  expect(await areReadHere(root, false)).toEqual([true, true, true]);
  expect(await areReadHere(root, true)).toEqual([true, !hasCores(2), !hasCores(2)]);
});

test("beside a living writer one core is left to it", async () => {
  const root = await rootWith("first", "second", "third");
  const writer = await openRecorder({ root });
  expect(await areReadHere(root, true)).toEqual([true, !hasCores(3), !hasCores(3)]);
  await writer.close();
  expect(await areReadHere(root, true)).toEqual([true, !hasCores(2), !hasCores(2)]);
});

function hasCores(count: number): boolean {
  return availableParallelism() >= count;
}
