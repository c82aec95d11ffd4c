import { ServiceError } from "./service_error.ts";

/** How many tasks may stand in one lane. Further ones are refused, so that a slow store cannot fill the memory. */
export const LANE_TASKS_MAX = 1_000;

interface Lane {
  last: Promise<unknown>;
  tasks: number;
}

/** Runs tasks one after another in each lane, and lanes side by side. A lane is named by its key. */
export class KeyedQueue {
  readonly #lanes = new Map<string, Lane>();

  /**
   * Runs `task` once every task before it in the lane has ended, whether well or not.
   * @throws ServiceError `STORE_OVERLOADED` when the lane is full
   */
  run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const lane = this.#lanes.get(key);
    if (lane === undefined) {
      const first: Lane = { last: Promise.resolve(), tasks: 0 };
      this.#lanes.set(key, first);
      return this.#enter(key, first, task());
    }
    if (lane.tasks >= LANE_TASKS_MAX) return Promise.reject(laneFull());
    return this.#enter(key, lane, lane.last.then(task, task));
  }

  /** Resolves when every task queued so far has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(Array.from(this.#lanes.values(), ({ last }) => last));
  }

  #enter<Result>(key: string, lane: Lane, result: Promise<Result>): Promise<Result> {
    lane.last = result;
    lane.tasks += 1;
    const leave = (): void => {
      lane.tasks -= 1;
      if (lane.tasks === 0) this.#lanes.delete(key);
    };
    result.then(leave, leave);
    return result;
  }
}

function laneFull(): ServiceError {
  return new ServiceError("STORE_OVERLOADED", `a lane holds ${LANE_TASKS_MAX} tasks`, {
    detail: "Too many requests wait for this user or session. Nothing was recorded.",
  });
}
