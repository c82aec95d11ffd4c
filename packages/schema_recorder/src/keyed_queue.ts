import { RecorderError } from "./recorder_error.ts";
import { TransientMap } from "./transient_map.ts";

/** How many tasks may stand in one lane. Further ones are refused, so that a slow store cannot fill the memory. */
export const LANE_TASKS_MAX = 1_000;

interface Lane {
  /** The last task that runs alone. */
  last_alone: Promise<unknown>;
  /** The tasks that run side by side, or will, since that one. */
  beside: Set<Promise<unknown>> | undefined;
  tasks: number;
}

const NOTHING = Promise.resolve();
const NONE = new Set<Promise<unknown>>();

/** Runs tasks in turn in each lane, and lanes side by side. A lane is named by its key. */
export class KeyedQueue {
  readonly #lanes = new TransientMap<string, Lane>();

  /**
   * Runs `task` once every task before it in the lane has ended, whether well or not.
   * @throws RecorderError `STORE_OVERLOADED` when the lane is full
   */
  run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const lane = this.#laneOf(key);
    if (lane.tasks >= LANE_TASKS_MAX) return Promise.reject(laneFull());
    const result = lane.tasks === 0 ? task() : lastOf(lane).then(task, task);
    lane.last_alone = result;
    lane.beside = undefined;
    return this.#enter(key, lane, result);
  }

  /**
   * Runs `task` once every `run` before it in the lane has ended, side by side with others of its sort.
   * @throws RecorderError `STORE_OVERLOADED` when the lane is full
   */
  runBeside<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const lane = this.#laneOf(key);
    if (lane.tasks >= LANE_TASKS_MAX) return Promise.reject(laneFull());
    lane.beside ??= new Set();
    const none_runs_alone = lane.tasks === lane.beside.size;
    const result = none_runs_alone ? task() : lane.last_alone.then(task, task);
    lane.beside.add(result);
    return this.#enter(key, lane, result);
  }

  /** Resolves when every task queued so far has ended. */
  async idle(): Promise<void> {
    const tasks = Array.from(this.#lanes.values(), ({ last_alone, beside }) => [
      last_alone,
      ...(beside ?? []),
    ]);
    await Promise.allSettled(tasks.flat());
  }

  #laneOf(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { last_alone: NOTHING, beside: undefined, tasks: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }

  #enter<Result>(key: string, lane: Lane, result: Promise<Result>): Promise<Result> {
    lane.tasks += 1;
    const leave = (): void => {
      lane.tasks -= 1;
      lane.beside?.delete(result);
      if (lane.tasks === 0) this.#lanes.delete(key);
    };
    result.then(leave, leave);
    return result;
  }
}

/** Resolves when every task of the lane has ended. */
function lastOf({ last_alone, beside = NONE }: Lane): Promise<unknown> {
  return beside.size === 0 ? last_alone : Promise.allSettled([last_alone, ...beside]);
}

function laneFull(): RecorderError {
  return new RecorderError("STORE_OVERLOADED", `a lane holds ${LANE_TASKS_MAX} tasks`, {
    detail: "Too many requests wait for this user or session. Nothing was recorded.",
  });
}
