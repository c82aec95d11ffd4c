import { expect, vi } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { ask } from "../e2e/http_exchange.ts";
import type { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { allLogs } from "../e2e/log_root_files.ts";
import { RandomNumbers } from "./random_numbers.ts";
import { isMended, logsWithoutEnd, type TornTail, tearTail } from "./torn_tail.ts";
import type { Workload } from "./workload.ts";

const READY_DEADLINE_MS = 30_000;

/** What the rounds amounted to, beside what their workloads say. */
export interface CrashReport {
  rounds: number;
  torn_tails: number;
  /** From the start of the process until it said that it is ready. */
  ready_ms_worst: number;
}

/** Rounds of load, SIGKILL and recovery on one ledger. What a round leaves is what the next one begins with. */
export class CrashRounds {
  readonly #ledger: LedgerUnderTest;
  readonly #random: RandomNumbers;
  readonly #workloads: readonly Workload[];
  #torn: TornTail | undefined;
  readonly report: CrashReport = { rounds: 0, torn_tails: 0, ready_ms_worst: 0 };

  constructor(ledger: LedgerUnderTest, seed: number, workloads: readonly Workload[]) {
    this.#ledger = ledger;
    this.#random = new RandomNumbers(seed);
    this.#workloads = workloads;
  }

  async run(rounds: number): Promise<void> {
    await this.recover();
    for (; this.report.rounds < rounds; this.report.rounds += 1) {
      await this.#loadUntilKilled();
      for (const workload of this.#workloads) await workload.checkKilled(this.#ledger);
      await this.#maybeTear();
      await this.recover();
    }
  }

  /** Starts the server and holds what it recovered against what the clients know. */
  async recover(): Promise<void> {
    const began = performance.now();
    await this.#ledger.start();
    await vi.waitFor(
      async () => expect((await ask(this.#ledger.url, { path: "/readyz" })).status).toBe(200),
      { timeout: READY_DEADLINE_MS, interval: 5 },
    );
    this.report.ready_ms_worst = Math.max(this.report.ready_ms_worst, Math.round(performance.now() - began));
    const logs = await allLogs(this.#ledger.log_root);
    for (const workload of this.#workloads) await workload.checkRecovered(this.#ledger, logs);
    if (this.#torn !== undefined) expect(await isMended(this.#torn)).toBe(true);
    this.#torn = undefined;
    expect(await runCli(this.#ledger.log_root, "verify")).toMatchObject({ code: 0 });
  }

  /** The acknowledgements of one workload say when it is enough, so that slow ones have their turn. */
  async #loadUntilKilled(): Promise<void> {
    const counted = this.#random.pick(this.#workloads)!;
    let left = 1 + this.#random.below(counted.acknowledgements_max);
    const countDown = (): void => {
      left -= 1;
      if (left === 0) this.#ledger.signal("SIGKILL");
    };
    const clients = this.#workloads.flatMap((workload) =>
      workload.run(() => ({
        url: this.#ledger.url,
        random: new RandomNumbers(this.#random.below(2 ** 32)),
        onAcknowledged: workload === counted ? countDown : () => {},
      })),
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
