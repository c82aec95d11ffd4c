import { join } from "node:path";
import { type LogName, type LogReport, runOnLogs } from "@session-ledger/schema_recorder";
import { expect, vi } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { ask } from "../e2e/http_exchange.ts";
import type { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import type { FileLine } from "../e2e/log_root_files.ts";
import { RandomNumbers } from "./random_numbers.ts";
import { RootFiles } from "./root_files.ts";
import { isMended, type TornTail, tearTail } from "./torn_tail.ts";
import type { Workload } from "./workload.ts";

const READY_DEADLINE_MS = 30_000;
/** After so many rounds, and after the last one, every file is read afresh and the server asked about everything. */
const ASK_ALL_EVERY = 25;
/** What the command `verify` does with each log. */
const VERIFY = new URL("../../apps/cli/src/tasks/verify_task.ts", import.meta.url);

/** What the rounds amounted to, beside what their workloads say. */
export interface CrashReport {
  rounds: number;
  torn_tails: number;
  /** From the start of the process until it said that it is ready. */
  ready_ms_worst: number;
}

/**
 * Rounds of load, SIGKILL and recovery on one ledger. What a round leaves is what the next one begins with. Each checks
 * what can have changed since the one before, so that it costs the same however many there were.
 */
export class CrashRounds {
  readonly #ledger: LedgerUnderTest;
  readonly #random: RandomNumbers;
  readonly #workloads: readonly Workload[];
  readonly #files: RootFiles;
  readonly #verified = new WeakSet<readonly FileLine[]>();
  #torn: TornTail | undefined;
  readonly report: CrashReport = { rounds: 0, torn_tails: 0, ready_ms_worst: 0 };

  constructor(ledger: LedgerUnderTest, seed: number, workloads: readonly Workload[]) {
    this.#ledger = ledger;
    this.#random = new RandomNumbers(seed);
    this.#workloads = workloads;
    this.#files = new RootFiles(ledger.log_root);
  }

  async run(rounds: number): Promise<void> {
    await this.#compile();
    await this.#recover(true);
    while (this.report.rounds < rounds) {
      await this.#loadUntilKilled();
      this.#files.look();
      for (const workload of this.#workloads) workload.checkKilled(this.#files);
      await this.#maybeTear();
      this.report.rounds += 1;
      await this.#recover(this.report.rounds % ASK_ALL_EVERY === 0 || this.report.rounds === rounds);
    }
  }

  /** Half of a start is the compilation of modules, of which a server that is killed keeps nothing for the next. */
  async #compile(): Promise<void> {
    await this.#ledger.start();
    expect(await this.#ledger.stop("SIGTERM")).toBe(0);
  }

  /** Starts the server and holds what it recovered against what the clients know. */
  async #recover(ask_all: boolean): Promise<void> {
    const began = performance.now();
    await this.#ledger.start();
    await vi.waitFor(
      async () => expect((await ask(this.#ledger.url, { path: "/readyz" })).status).toBe(200),
      { timeout: READY_DEADLINE_MS, interval: 5 },
    );
    this.report.ready_ms_worst = Math.max(this.report.ready_ms_worst, Math.round(performance.now() - began));
    this.#files.look({ afresh: ask_all });
    for (const workload of this.#workloads) {
      await workload.checkRecovered({ ledger: this.#ledger, files: this.#files, ask_all });
    }
    if (this.#torn !== undefined) expect(await isMended(this.#torn)).toBe(true);
    this.#torn = undefined;
    if (ask_all) expect(await runCli(this.#ledger.log_root, "verify")).toMatchObject({ code: 0 });
    else await this.#verifyChanged();
    for (const lines of this.#files.logs().values()) this.#verified.add(lines);
  }

  /** Verifies the logs that changed, as the command does with all. */
  async #verifyChanged(): Promise<void> {
    const changed = [...this.#files.logs()].filter(([, lines]) => !this.#verified.has(lines));
    const options = { root: this.#ledger.log_root, module: VERIFY, workers: 1 };
    for await (const { result } of runOnLogs<LogReport | undefined>(namesOf(changed), options)) {
      expect(result?.faults).toEqual([]);
    }
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
    // Those of users, which a start examines.
    const open = this.#files.logsWithoutEnd().filter((path) => !path.startsWith("users/_"));
    const path = this.#random.pick(open.sort());
    if (path === undefined) return;
    this.#torn = await tearTail(join(this.#ledger.log_root, path));
    this.report.torn_tails += 1;
  }
}

/** The logs that stand at these paths. */
async function* namesOf(logs: readonly (readonly [string, unknown])[]): AsyncGenerator<LogName, void> {
  for (const [path] of logs) {
    const [, user_id = "", , file = ""] = path.split("/");
    yield { user_id, session_id: file.replace(/\.jsonl$/, "") };
  }
}
