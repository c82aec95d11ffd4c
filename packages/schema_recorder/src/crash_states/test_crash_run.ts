import { examineFurtherWork, examineRecovery } from "./test_examination.ts";
import { Expectations } from "./test_expectations.ts";
import type { Mutant } from "./test_mutant.ts";
import { type CrashState, powerCuts } from "./test_power_cuts.ts";
import { SeededRandom } from "./test_random.ts";
import { SimulatedDisk } from "./test_simulated_disk.ts";
import { Workload } from "./test_workload.ts";

/** How many rounds of appends one history has. */
const ROUNDS = 5;
/** One state in so many is worked on after its recovery. */
const FURTHER_WORK_EVERY = 10;

export interface CrashRunOptions {
  readonly seed: number;
  readonly states_min: number;
  readonly mutant: Mutant;
  /** How many writes of each history are cut at every byte. */
  readonly cut_everywhere: number;
  /** Called after each history. */
  readonly onHistory?: (report: CrashReport) => void;
}

export interface CrashReport {
  readonly histories: number;
  readonly states: number;
  readonly recovered_again: number;
  /** What was wrong, and where: nothing, or one entry, since a run ends at the first violation. */
  readonly violations: readonly string[];
}

/** Makes histories, each from a seed of its own, and recovers every crash state of them until there were enough. */
export async function runCrashStates(options: CrashRunOptions): Promise<CrashReport> {
  let report: CrashReport = { histories: 0, states: 0, recovered_again: 0, violations: [] };
  for (
    let seed = options.seed;
    report.states < options.states_min && report.violations.length === 0;
    seed += 1
  ) {
    report = await runHistory(seed, options, report);
    options.onHistory?.(report);
  }
  return report;
}

async function runHistory(
  seed: number,
  { mutant, cut_everywhere }: CrashRunOptions,
  before: CrashReport,
): Promise<CrashReport> {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk();
  const expectations = new Expectations();
  const workload = new Workload(disk, expectations, random, mutant);
  const faults = await workload.run(ROUNDS).then(
    () => workload.faults,
    (error: unknown) => [String(error)],
  );
  let { states, recovered_again } = before;
  let violations = faults.map((fault) => `seed ${seed}, without a crash: ${fault}`);
  const cuts = powerCuts(disk, { random, random_sets: 3, cuts: 2, cut_everywhere });
  for (const state of cuts) {
    for (const catalog of state.catalog === undefined ? [undefined] : [state.catalog, undefined]) {
      if (violations.length > 0) break;
      states += 1;
      const left = new SimulatedDisk(state.tree, catalog);
      const found = await examineRecovery(left, state.at, expectations, mutant);
      if (found.length === 0 && states % FURTHER_WORK_EVERY === 0) {
        recovered_again += 1;
        found.push(...(await examineFurtherWork(left, mutant)));
      }
      violations = found.map((violation) => `${whereIs(seed, state, catalog !== undefined)}: ${violation}`);
    }
  }
  return { histories: before.histories + 1, states, recovered_again, violations };
}

function whereIs(seed: number, { at, what }: CrashState, with_catalog: boolean): string {
  const catalog = with_catalog ? "the catalog as committed" : "the catalog lost";
  return `seed ${seed}, after ${at} steps, changes ${what || "none"}, ${catalog}`;
}
