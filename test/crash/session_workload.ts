import { expect } from "vitest";
import type { FileLine } from "../e2e/log_root_files.ts";
import { validityOf } from "../e2e/operations.ts";
import { startSession } from "../server/ledger_client.ts";
import { Oracle, openSessions } from "./oracle.ts";
import { SessionClient, type UserState } from "./session_client.ts";
import { type ClientOptions, type Recovered, untilGone, type Workload } from "./workload.ts";

const USERS = 6;
const CLIENTS_PER_USER = 2;

/** Users whose sessions are started, filled and ended, by several clients each. */
export class SessionWorkload implements Workload {
  readonly acknowledgements_max = 80;
  readonly #oracle = new Oracle();
  readonly #users: UserState[] = Array.from({ length: USERS }, (_, index) => ({
    user_id: `user-${index}`,
    session_id: undefined,
  }));
  readonly report = { acknowledged: 0, kept: 0, dropped: 0, sessions: 0 };

  run(newOptions: () => ClientOptions): readonly Promise<void>[] {
    return this.#users.flatMap((user) =>
      Array.from({ length: CLIENTS_PER_USER }, () => {
        const client = new SessionClient({ ...newOptions(), user, oracle: this.#oracle });
        return untilGone(() => client.run());
      }),
    );
  }

  checkKilled(): void {}

  async checkRecovered({ ledger, files }: Recovered): Promise<void> {
    const logs = new Map([...files.logs()].filter(([path]) => path.startsWith("users/user-")));
    expect(this.#oracle.contradictions(logs)).toEqual([]);
    const { kept, dropped } = this.#oracle.settleBy(logs);
    this.report.kept += kept;
    this.report.dropped += dropped;
    this.report.sessions = logs.size;
    this.report.acknowledged = this.#oracle.acknowledged;
    await this.#compareOpenSessions(ledger.url, logs);
  }

  /** The server agrees with the logs about who has an open session, and starts no second one beside it. */
  async #compareOpenSessions(url: string, logs: ReadonlyMap<string, readonly FileLine[]>): Promise<void> {
    const open = openSessions(logs);
    for (const user of this.#users) {
      user.session_id = open.get(user.user_id)?.[0];
      const { user_id, session_id } = user;
      if (session_id === undefined) continue;
      expect(await validityOf(url, { user_id, session_id })).toBe("active");
      expect((await startSession(url, user_id)).status).toBe(409);
    }
  }
}
