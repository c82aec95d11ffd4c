// Replay holds a bounded part of a log in memory. `REPLAY_BYTES=1073741824` makes the log 1 GiB, as the issue has it.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { openRecorder } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { parseLines } from "../cli/session_ledger.ts";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { logFileOf } from "./log_root_files.ts";
import { type MeasuredRun, runMeasured } from "./measured_cli.ts";

const REPLAY_BYTES = Number(process.env["REPLAY_BYTES"] ?? 96 * 1024 * 1024);
const PEAK_BYTES_MAX = 200 * 1024 * 1024;
const BATCH_LINES = 1_000;
const TEXT = "x".repeat(1_024);
const LOG = { user_id: "user-large", session_id: "sess_00000000000000f1" };

/** Records one session of at least so many bytes, and gives how many events it has. */
async function recordLargeSession(root: string, bytes_min: number): Promise<number> {
  const recorder = await openRecorder({ root });
  let events = 0;
  const append = async (batch: readonly EventToAppend[]): Promise<void> => {
    await recorder.append(LOG, batch, { expected_seq: events });
    events += batch.length;
  };
  await append([startedEvent(LOG)]);
  while ((await logBytes(root)) < bytes_min) {
    await append(Array.from({ length: BATCH_LINES }, () => messageEvent(LOG, { text: TEXT })));
  }
  await append([endedEvent(LOG)]);
  await recorder.close();
  return events;
}

async function logBytes(root: string): Promise<number> {
  return (await stat(join(root, logFileOf(LOG)))).size;
}

function printMeasured({ peak_bytes, seconds }: MeasuredRun, log_bytes: number): void {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  console.info(`replay of ${mebibytes(log_bytes)}: peak ${mebibytes(peak_bytes)}, ${seconds.toFixed(1)} s`);
}

// Only Linux tells the peak of one process alone, so on other systems this guarantee is not shown.
test.runIf(process.platform === "linux")(
  "a large log replays to the right state in under 200 MiB of memory",
  { timeout: 60_000 + REPLAY_BYTES / 5_000 },
  async () => {
    const root = await tempRoot();
    const events = await recordLargeSession(root, REPLAY_BYTES);
    const run = await runMeasured(root, "replay", "--json");
    printMeasured(run, await logBytes(root));
    expect(run.code, run.stderr).toBe(0);
    expect(parseLines(run.stdout)).toMatchObject([{ ...LOG, state: "stopped", events }]);
    expect(run.peak_bytes).toBeLessThan(PEAK_BYTES_MAX);
  },
);
