// Replay holds a bounded part of a log in memory. `REPLAY_BYTES=1073741824` makes the logs 1 GiB, as the issue has it.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type JsonlRecorder, openRecorder } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { parseLines } from "../cli/session_ledger.ts";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { logFileOf } from "./log_root_files.ts";
import { type MeasuredRun, runMeasured } from "./measured_cli.ts";

const REPLAY_BYTES = Number(process.env["REPLAY_BYTES"] ?? 96 * 1024 * 1024);
const PEAK_BYTES_MAX = 200_000_000;
/** How many lines are on their way to the disk at once. */
const LINES_AT_ONCE = 1_400;
const TEXT = "x".repeat(1_024);
const LOG = { user_id: "user-large", session_id: "sess_00000000000000f1" };

/** Records one session of at least so many bytes in batches of so many lines, and gives how many events it has. */
async function recordLargeSession(root: string, bytes_min: number, batch_lines: number): Promise<number> {
  const recorder = await openRecorder({ root });
  let events = 0;
  const append = (batch: readonly EventToAppend[]): ReturnType<JsonlRecorder["append"]> => {
    const appended = recorder.append(LOG, batch, { expected_seq: events });
    events += batch.length;
    return appended;
  };
  const message = (): EventToAppend => messageEvent(LOG, { text: TEXT });
  await append([startedEvent(LOG)]);
  while ((await logBytes(root)) < bytes_min) {
    const batches = Array.from({ length: LINES_AT_ONCE / batch_lines }, () =>
      append(Array.from({ length: batch_lines }, message)),
    );
    await Promise.all(batches);
  }
  await append([endedEvent(LOG)]);
  await recorder.close();
  return events;
}

async function logBytes(root: string): Promise<number> {
  return (await stat(join(root, logFileOf(LOG)))).size;
}

function printMeasured(kind: string, { peak_bytes, seconds }: MeasuredRun, log_bytes: number): void {
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  const measured = `peak ${megabytes(peak_bytes)}, ${seconds.toFixed(1)} s`;
  console.info(`replay of ${megabytes(log_bytes)}, recorded ${kind}: ${measured}`);
}

// Only Linux tells the peak of one process alone, so on other systems this guarantee is not shown.
test.runIf(process.platform === "linux").each([
  ["one line at a time, as a server does", 1],
  ["in batches of just under 1 MiB, as an import does", 700],
])(
  "a large log that was recorded %s replays to the right state in under 200 MB of memory",
  { timeout: 60_000 + REPLAY_BYTES / 5_000 },
  async (kind, batch_lines) => {
    const root = await tempRoot();
    const events = await recordLargeSession(root, REPLAY_BYTES, batch_lines);
    const run = await runMeasured(root, "replay", "--json");
    printMeasured(kind, run, await logBytes(root));
    expect(run.code, run.stderr).toBe(0);
    expect(parseLines(run.stdout)).toMatchObject([{ ...LOG, state: "stopped", events }]);
    expect(run.peak_bytes).toBeLessThan(PEAK_BYTES_MAX);
  },
);
