import { KeyedQueue, type LogName } from "@session-ledger/schema_recorder";

/**
 * The order of commands. Boundary commands go one after another for each user, and whatever writes to a log one
 * after another for each log. Who needs both lanes takes the user's first, so no two wait for each other.
 */
export class Lanes {
  readonly #users = new KeyedQueue();
  readonly #logs = new KeyedQueue();

  inUserLane<Result>(user_id: string, task: () => Promise<Result>): Promise<Result> {
    return this.#users.run(user_id, task);
  }

  inLogLane<Result>(log: LogName, task: () => Promise<Result>): Promise<Result> {
    return this.#logs.run(`${log.user_id}/${log.session_id}`, task);
  }

  inBothLanes<Result>(log: LogName, task: () => Promise<Result>): Promise<Result> {
    return this.inUserLane(log.user_id, () => this.inLogLane(log, task));
  }

  /** Resolves when every task that was taken so far has ended. */
  async idle(): Promise<void> {
    await this.#users.idle();
    await this.#logs.idle();
  }
}
