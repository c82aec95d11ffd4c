// A random life of a ledger, the same for the same seed: users start, fill and end sessions, some at once and some
// in conflict; the process checkpoints, stops, is killed in the middle of its work, and starts again.
import type { EventToAppend } from "@session-ledger/session_contract";
import { activeClaim, claimOf, fold } from "@session-ledger/session_domain";
import type { JsonlRecorder } from "../jsonl_recorder.ts";
import type { AppendOptions, LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { Expectations } from "./test_expectations.ts";
import { logPath, readLogFiles } from "./test_log_files.ts";
import { workOnSomeLog } from "./test_log_work.ts";
import type { Mutant } from "./test_mutant.ts";
import type { SeededRandom } from "./test_random.ts";
import type { SimulatedDisk } from "./test_simulated_disk.ts";
import { SimulatedProcess } from "./test_simulated_process.ts";
import { openSimulated } from "./test_store.ts";

const USERS = ["ada", "bo", "cy"];
const AGENT = "_agents.ada";
/** Some four appends fill a segment. */
const CHECKPOINT_BYTES = 1_500;
const TORN_LINE = '{"seq":99,"recorded_at":"2026-11-21T09:3';

interface OpenLog {
  readonly log: LogName;
  readonly claim: string | undefined;
  seq: number;
}

type Outcome = "taken" | "refused" | "either";

export class Workload {
  readonly #disk: SimulatedDisk;
  readonly #expectations: Expectations;
  readonly #random: SeededRandom;
  readonly #mutant: Mutant;
  #process: SimulatedProcess;
  #recorder: JsonlRecorder | undefined;
  #open: OpenLog[] = [];
  /** Logs that were ended. */
  #ended: LogName[] = [];
  #count = 0;
  /** Answers that were wrong in themselves. */
  readonly faults: string[] = [];

  constructor(disk: SimulatedDisk, expectations: Expectations, random: SeededRandom, mutant: Mutant) {
    this.#disk = disk;
    this.#expectations = expectations;
    this.#random = random;
    this.#mutant = mutant;
    this.#process = new SimulatedProcess(disk);
  }

  async run(rounds: number): Promise<void> {
    await this.#start();
    for (let round = 0; round < rounds; round += 1) {
      if (this.#random.oneIn(3)) this.#process.killAfter(1 + this.#random.below(25));
      await this.#round();
      if (!this.#process.alive || this.#random.oneIn(12)) await this.#restart();
    }
    await this.#recorder!.close();
  }

  async #start(): Promise<void> {
    this.#process = new SimulatedProcess(this.#disk);
    const surroundings = this.#mutant.writer?.(this.#process) ?? this.#process;
    this.#recorder = await openSimulated(surroundings, CHECKPOINT_BYTES);
    const { lines } = readLogFiles(this.#disk.tree);
    this.#expectations.settle(lines, this.#disk.steps.length);
    this.#takeStock();
  }

  /** Reads from the disk which sessions are open, while no append is under way. */
  #takeStock(): void {
    const { lines } = readLogFiles(this.#disk.tree);
    this.#open = [];
    this.#ended = [];
    for (const [key, of_log] of lines) {
      const [user_id = "", session_id = ""] = key.split("/");
      const log = { user_id, session_id };
      const state = fold(of_log);
      if (state.status === "active") this.#open.push({ log, claim: claimOf(state), seq: of_log.length });
      else this.#ended.push(log);
    }
  }

  /** Ends the process, or finds it killed, and starts the next; a log may be torn by then, or the catalog deleted. */
  async #restart(): Promise<void> {
    await this.#recorder!.close();
    const torn = this.#random.oneIn(3)
      ? this.#random.pick(this.#open.filter(({ claim }) => claim))
      : undefined;
    if (torn !== undefined) this.#tear(torn.log);
    if (this.#random.oneIn(4)) this.#disk.record({ kind: "catalog", catalog: undefined });
    while (this.#random.oneIn(3)) await this.#startKilled();
    await this.#start();
  }

  /** A start that is killed in the middle of its recovery. */
  async #startKilled(): Promise<void> {
    const process = new SimulatedProcess(this.#disk);
    process.killAfter(1 + this.#random.below(25));
    try {
      const recorder = await openSimulated(this.#mutant.writer?.(process) ?? process, CHECKPOINT_BYTES);
      process.killAfter(0);
      await recorder.close();
    } catch (error) {
      // What a killed process does has no effect, so its own next call may fail.
      if (process.alive) throw error;
    }
  }

  #tear(log: LogName): void {
    const path = logPath(log);
    const { commit_disk } = new SimulatedProcess(this.#disk);
    if (commit_disk.kindOf(path) === undefined) return;
    const file = commit_disk.open(path, "append");
    commit_disk.write(file, [Buffer.from(TORN_LINE)], commit_disk.size(file) ?? 0);
  }

  async #round(): Promise<void> {
    const appends: Promise<void>[] = [];
    const used = new Set<string>();
    for (let action = 1 + this.#random.below(4); action > 0; action -= 1) {
      const user_id = this.#random.pick([...USERS, AGENT])!;
      if (used.has(user_id)) continue;
      used.add(user_id);
      const open = this.#random.pick(this.#open.filter(({ log }) => log.user_id === user_id));
      const ended = this.#random.pick(this.#ended.filter((log) => log.user_id === user_id));
      if (ended !== undefined && this.#random.oneIn(3)) appends.push(this.#erase(ended));
      else if (open !== undefined && this.#random.oneIn(10)) appends.push(this.#erase(open.log));
      else if (open === undefined || (user_id === AGENT && this.#random.oneIn(3)))
        appends.push(...this.#begin(user_id));
      else appends.push(...this.#go(open));
    }
    await Promise.all(appends);
    if (this.#random.oneIn(5)) await this.#workOnSomeLog();
    // Lets a checkpoint get somewhere, and be overtaken.
    for (let turns = this.#random.below(6); turns > 0; turns -= 1) await new Promise(setImmediate);
  }

  async #workOnSomeLog(): Promise<void> {
    if (!this.#process.alive) return;
    const faults = await workOnSomeLog({
      disk: this.#disk,
      expectations: this.#expectations,
      random: this.#random,
      process: this.#process,
      recorder: this.#recorder!,
    });
    this.faults.push(...faults);
    if (this.#process.alive) this.#takeStock();
  }

  /** A start, or two of the same user at once. */
  #begin(user_id: string): Promise<void>[] {
    if (user_id === AGENT) return [this.#beginOne(this.#newLog(user_id), undefined, "taken")];
    const claim = activeClaim(user_id);
    const begin = (outcome: Outcome) => this.#beginOne(this.#newLog(user_id), claim, outcome);
    return this.#random.oneIn(3) ? [begin("either"), begin("either")] : [begin("taken")];
  }

  #newLog(user_id: string): LogName {
    this.#count += 1;
    return { user_id, session_id: `s${this.#count}-` };
  }

  #beginOne(log: LogName, claim: string | undefined, outcome: Outcome): Promise<void> {
    const open: OpenLog = { log, claim, seq: 1 };
    const kind = claim === undefined ? { kind: "agent" as const } : {};
    const started = { type: "session.started", ...kind, event: this.#event(open.log) };
    const options = { expected_seq: 0, ...(claim === undefined ? {} : { claim }) };
    return this.#append(open.log, [started], options, outcome, () => this.#open.push(open));
  }

  /** Some lines for an open session, one append decided on another, and perhaps its end. */
  #go(open: OpenLog): Promise<void>[] {
    const appends: Promise<void>[] = [];
    if (this.#random.oneIn(6)) {
      const stale = { expected_seq: open.seq - 1 };
      appends.push(this.#append(open.log, [this.#message(open.log)], stale, "refused"));
    }
    for (let left = 1 + this.#random.below(2); left > 0; left -= 1) {
      const events = Array.from({ length: 1 + this.#random.below(3) }, () => this.#message(open.log));
      appends.push(this.#append(open.log, events, { expected_seq: open.seq }, "taken"));
      open.seq += events.length;
    }
    if (this.#random.oneIn(3)) {
      const ended = { type: "session.ended", event: this.#event(open.log) };
      const release = open.claim === undefined ? {} : { release: open.claim };
      appends.push(this.#append(open.log, [ended], { expected_seq: open.seq, ...release }, "taken"));
      this.#open = this.#open.filter((each) => each !== open);
      this.#ended.push(open.log);
    }
    return appends;
  }

  /** Erases a log, and may make it again under the same name. */
  async #erase(log: LogName): Promise<void> {
    this.#open = this.#open.filter((each) => each.log !== log);
    this.#ended = this.#ended.filter((each) => each !== log);
    const submission = this.#expectations.submitErasure(log, this.#disk.steps.length);
    const asked = this.#process;
    try {
      await this.#recorder!.erase(log);
    } catch (error) {
      if (!(error instanceof RecorderError) || error.code === "STORE_FAILED") return;
      this.#expectations.refuse(log, submission);
      if (asked.alive) this.faults.push(`${log.session_id} could not be erased: ${error.code}`);
      return;
    }
    if (!asked.alive) return;
    submission.acknowledged_at = this.#disk.steps.length;
    if (log.user_id === AGENT && this.#random.oneIn(2)) await this.#beginOne(log, undefined, "taken");
  }

  async #append(
    log: LogName,
    events: readonly EventToAppend[],
    options: AppendOptions,
    outcome: Outcome,
    onTaken: () => void = () => {},
  ): Promise<void> {
    const submission = this.#expectations.submit(log, events, this.#disk.steps.length);
    const asked = this.#process;
    try {
      await this.#recorder!.append(log, events, options);
      // What a killed process seems to answer reaches no one.
      if (!asked.alive) return;
      submission.acknowledged_at = this.#disk.steps.length;
      if (outcome === "refused") this.faults.push(`${log.session_id}: an append was not refused`);
      onTaken();
    } catch (error) {
      if (!(error instanceof RecorderError) || error.code === "STORE_FAILED") return;
      this.#expectations.refuse(log, submission);
      if (asked.alive && outcome === "taken") this.faults.push(`${log.session_id}: ${error.code}`);
    }
  }

  #message(log: LogName): EventToAppend {
    return { type: "message.appended", event: this.#event(log) };
  }

  #event(log: LogName): EventToAppend["event"] {
    this.#count += 1;
    return { record_id: `r${this.#count}-`, ...log, text: "x".repeat(this.#random.below(80)) };
  }
}
