import { expect, vi } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { ask } from "../e2e/http_exchange.ts";
import type { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { allLogs, type FileLine } from "../e2e/log_root_files.ts";
import { validityOf } from "../e2e/operations.ts";
import { startSession } from "../server/ledger_client.ts";
import { Oracle, openSessions } from "./oracle.ts";
import { RandomNumbers } from "./random_numbers.ts";
import { SessionClient, type UserState } from "./session_client.ts";
import { isMended, logsWithoutEnd, type TornTail, tearTail } from "./torn_tail.ts";

const USERS = 6;
const CLIENTS_PER_USER = 2;
const ACKNOWLEDGEMENTS_MAX = 80;
const READY_DEADLINE_MS = 30_000;

/** What the rounds amounted to. */
export interface CrashReport {
  rounds: number;
  acknowledged: number;
  /** Commands whose answer was lost: recovered with their event, or without a trace. */
  kept: number;
  dropped: number;
  torn_tails: number;
  sessions: number;
  /** From the start of the process until it said that it is ready. */
  ready_ms_worst: number;
}

/** Rounds of load, SIGKILL and recovery on one ledger. What a round leaves is what the next one begins with. */
export class CrashRounds {
  readonly #ledger: LedgerUnderTest;
  readonly #random: RandomNumbers;
  readonly #oracle = new Oracle();
  readonly #users: UserState[];
  #torn: TornTail | undefined;
  readonly report: CrashReport = {
    rounds: 0,
    acknowledged: 0,
    kept: 0,
    dropped: 0,
    torn_tails: 0,
    sessions: 0,
    ready_ms_worst: 0,
  };

  constructor(ledger: LedgerUnderTest, seed: number) {
    this.#ledger = ledger;
    this.#random = new RandomNumbers(seed);
    this.#users = Array.from({ length: USERS }, (_, index) => ({
      user_id: `user-${index}`,
      session_id: undefined,
    }));
  }

  async run(rounds: number): Promise<void> {
    await this.recover();
    for (; this.report.rounds < rounds; this.report.rounds += 1) {
      await this.#loadUntilKilled();
      await this.#maybeTear();
      await this.recover();
    }
  }

  /** Starts the server and holds what it recovered against the oracle. */
  async recover(): Promise<void> {
    const began = performance.now();
    await this.#ledger.start();
    await vi.waitFor(
      async () => expect((await ask(this.#ledger.url, { path: "/readyz" })).status).toBe(200),
      { timeout: READY_DEADLINE_MS, interval: 5 },
    );
    this.report.ready_ms_worst = Math.max(this.report.ready_ms_worst, Math.round(performance.now() - began));
    const logs = await allLogs(this.#ledger.log_root);
    expect(this.#oracle.contradictions(logs)).toEqual([]);
    const { kept, dropped } = this.#oracle.settleBy(logs);
    this.report.kept += kept;
    this.report.dropped += dropped;
    this.report.sessions = logs.size;
    this.report.acknowledged = this.#oracle.acknowledged;
    if (this.#torn !== undefined) expect(await isMended(this.#torn)).toBe(true);
    this.#torn = undefined;
    await this.#compareOpenSessions(logs);
    expect(await runCli(this.#ledger.log_root, "verify")).toMatchObject({ code: 0 });
  }

  /** The server agrees with the logs about who has an open session, and starts no second one beside it. */
  async #compareOpenSessions(logs: ReadonlyMap<string, readonly FileLine[]>): Promise<void> {
    const open = openSessions(logs);
    for (const user of this.#users) {
      user.session_id = open.get(user.user_id)?.[0];
      const { user_id, session_id } = user;
      if (session_id === undefined) continue;
      expect(await validityOf(this.#ledger.url, { user_id, session_id })).toBe("active");
      expect((await startSession(this.#ledger.url, user_id)).status).toBe(409);
    }
  }

  async #loadUntilKilled(): Promise<void> {
    let left = 1 + this.#random.below(ACKNOWLEDGEMENTS_MAX);
    const onAcknowledged = (): void => {
      left -= 1;
      if (left === 0) this.#ledger.signal("SIGKILL");
    };
    const clients = this.#users.flatMap((user) =>
      Array.from({ length: CLIENTS_PER_USER }, () => {
        const random = new RandomNumbers(this.#random.below(2 ** 32));
        const { url } = this.#ledger;
        return new SessionClient({ url, user, oracle: this.#oracle, random, onAcknowledged }).run();
      }),
    );
    await Promise.all(clients);
    expect(await this.#ledger.stop("SIGKILL")).toBeNull();
  }

  /** Every second round the log of an open session also ends in a line that was cut: no other log is appended to. */
  async #maybeTear(): Promise<void> {
    if (this.#random.below(2) === 0) return;
    const path = this.#random.pick(await logsWithoutEnd(this.#ledger.log_root));
    if (path === undefined) return;
    this.#torn = await tearTail(path);
    this.report.torn_tails += 1;
  }
}
