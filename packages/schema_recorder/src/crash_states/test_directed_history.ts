// Short lives of a ledger, each made for one order of steps, so that the power cut which tells a fault in that order is
// among those that are tried, whatever the seed.
import type { EventToAppend } from "@session-ledger/session_contract";
import type { JsonlRecorder } from "../jsonl_recorder.ts";
import type { LogName } from "../recorder.ts";
import { examineRecovery } from "./test_examination.ts";
import { Expectations } from "./test_expectations.ts";
import { type Mutant, SOUND } from "./test_mutant.ts";
import { powerCuts } from "./test_power_cuts.ts";
import { SeededRandom } from "./test_random.ts";
import { SimulatedDisk } from "./test_simulated_disk.ts";
import { SimulatedProcess } from "./test_simulated_process.ts";
import { openSimulated } from "./test_store.ts";

const NO_CHECKPOINT = 1_000_000;
/** An agent's session holds no claim, so no start looks at its log: what the journal does not know stays unseen. */
const LOG: LogName = { user_id: "_agents", session_id: "directed" };

/** A life on a ledger, in which the steps that count are taken with a mutant. */
export type History = (ledger: DirectedLedger, mutant: Mutant) => Promise<void>;

/** A ledger on a simulated disk, whose processes run one after another. */
class DirectedLedger {
  readonly disk = new SimulatedDisk();
  readonly expectations = new Expectations();
  #lines = 0;

  /** Starts a process, which may be killed. */
  async start(mutant: Mutant): Promise<{ process: SimulatedProcess; recorder: JsonlRecorder }> {
    const process = new SimulatedProcess(this.disk);
    const recorder = await openSimulated(mutant.writer?.(process) ?? process, NO_CHECKPOINT);
    return { process, recorder };
  }

  /** Appends a line to the one log. What a killed process answers reaches no one. */
  async append(recorder: JsonlRecorder, process: SimulatedProcess, type: string): Promise<void> {
    this.#lines += 1;
    const kind = this.#lines === 1 ? { kind: "agent" as const } : {};
    const event: EventToAppend = { type, ...kind, event: { record_id: `r${this.#lines}-`, ...LOG } };
    const submission = this.expectations.submit(LOG, [event], this.disk.steps.length);
    const appended = recorder.append(LOG, [event], { expected_seq: this.#lines - 1 });
    await appended.catch((error: unknown) => {
      if (process.alive) throw error;
    });
    if (process.alive) submission.acknowledged_at = this.disk.steps.length;
  }
}

/** A session that has ended is archived. */
export const archived: History = async (ledger, mutant) => {
  const { process, recorder } = await ledger.start(mutant);
  await ledger.append(recorder, process, "session.started");
  await ledger.append(recorder, process, "session.ended");
  await recorder.archive(LOG);
  await recorder.close();
};

/** It is archived, and restored by the next process. */
export const restored: History = async (ledger, mutant) => {
  await archived(ledger, SOUND);
  const { recorder } = await ledger.start(mutant);
  await recorder.restore(LOG);
  await recorder.close();
};

/** A process is killed between the write of a frame and its sync, and the next one finds the frame in the journal. */
export const killedBeforeSync: History = async (ledger, mutant) => {
  const { process, recorder } = await ledger.start(SOUND);
  await ledger.append(recorder, process, "session.started");
  // A frame of a segment that stands is one write, and then its sync.
  process.killAfter(1);
  await ledger.append(recorder, process, "message.appended");
  await recorder.close().catch(() => {});
  const next = await ledger.start(mutant);
  await next.recorder.close();
};

/** The first thing that is wrong after any power cut of a history. */
export async function firstViolation(history: History, mutant: Mutant): Promise<string | undefined> {
  const ledger = new DirectedLedger();
  await history(ledger, mutant);
  const { disk, expectations } = ledger;
  const cuts = powerCuts(disk, { random: new SeededRandom(1), random_sets: 3, cuts: 2, cut_everywhere: 0 });
  for (const { at, tree, catalog, what } of cuts) {
    for (const left of new Set([catalog, undefined])) {
      const [violation] = await examineRecovery(new SimulatedDisk(tree, left), at, expectations, mutant);
      if (violation !== undefined) return `after ${at} steps, changes ${what || "none"}: ${violation}`;
    }
  }
  return undefined;
}
