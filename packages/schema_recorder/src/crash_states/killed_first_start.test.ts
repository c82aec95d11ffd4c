// The very first start of a ledger, killed after each of its steps in turn. What the next start finds standing need
// not be durable, and a power cut after its first answer must not take that answer with it.

import { expect, test } from "vitest";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import { readLogFiles } from "./test_log_files.ts";
import { powerCuts } from "./test_power_cuts.ts";
import { SeededRandom } from "./test_random.ts";
import { SimulatedDisk } from "./test_simulated_disk.ts";
import { SimulatedProcess } from "./test_simulated_process.ts";
import { openSimulated, recover } from "./test_store.ts";

const LOG: LogName = { user_id: "ada", session_id: "first" };
const STARTED = { type: "session.started", event: { record_id: "r1", ...LOG } };
const NO_CHECKPOINT = 1_000_000;

/** Starts a ledger on an empty disk, and kills it after so many steps. False: it lived to the end of its start. */
async function startKilled(disk: SimulatedDisk, steps: number): Promise<boolean> {
  const process = new SimulatedProcess(disk);
  process.killAfter(steps);
  try {
    const recorder = await openSimulated(process, NO_CHECKPOINT);
    const was_killed = !process.alive;
    process.killAfter(0);
    await recorder.close();
    return was_killed;
  } catch (error) {
    // What a killed process does has no effect, so its own next call may fail.
    if (process.alive) throw error;
    return true;
  }
}

test("wherever the first start is killed, what the next one acknowledges outlives a power cut", async () => {
  let steps = 1;
  for (; ; steps += 1) {
    const disk = new SimulatedDisk();
    if (!(await startKilled(disk, steps))) break;
    const process = new SimulatedProcess(disk);
    const recorder = await openSimulated(process, NO_CHECKPOINT);
    await recorder.append(LOG, [STARTED], { expected_seq: 0 });
    const answered_at = disk.steps.length;
    process.killAfter(0);
    await recorder.close();
    const cuts = powerCuts(disk, { random: new SeededRandom(1), random_sets: 3, cuts: 0, cut_everywhere: 0 });
    for (const state of cuts) {
      if (state.at < answered_at) continue;
      const left = new SimulatedDisk(state.tree, state.catalog);
      const store = await recover(new SimulatedProcess(left));
      store.catalog_file.close();
      const where = `killed after ${steps} steps, changes ${state.what}`;
      expect(readLogFiles(left.tree).lines.get(logKey(LOG)), where).toMatchObject([STARTED]);
    }
  }
  expect(steps).toBeGreaterThan(5);
});
