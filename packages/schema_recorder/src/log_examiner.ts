import type { Catalog } from "./catalog/catalog.ts";
import { faultError } from "./log_cursor.ts";
import { type ExaminationOptions, examineLog } from "./log_examination.ts";
import { type FoundLog, findLogs } from "./log_files.ts";
import { logFile, logKey } from "./log_paths.ts";
import type { Fault, LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import type { TailRepair } from "./torn_tail.ts";

/** How many logs are remembered as examined. A forgotten one is read again before its next append. */
const EXAMINED_MAX = 100_000;

/** Knows which logs were read to their end, which of them are damaged, and what was repaired. */
export class LogExaminer {
  readonly #catalog: Catalog;
  readonly #options: ExaminationOptions;
  /** The first fault of each damaged log. */
  readonly #faults: Map<string, Fault>;
  readonly #repairs: TailRepair[];
  readonly #examined = new Set<string>();
  readonly #under_way = new Map<string, Promise<void>>();

  constructor(
    catalog: Catalog,
    options: ExaminationOptions,
    findings: { faults: Map<string, Fault>; repairs: TailRepair[] },
  ) {
    this.#catalog = catalog;
    this.#options = options;
    this.#faults = findings.faults;
    this.#repairs = findings.repairs;
  }

  get faults(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  get repairs(): readonly TailRepair[] {
    return this.#repairs;
  }

  faultOf(log: LogName): Fault | undefined {
    return this.#faults.size === 0 ? undefined : this.#faults.get(logKey(log));
  }

  /** @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED` if the log is damaged */
  assertSound(log: LogName): void {
    const fault = this.faultOf(log);
    if (fault !== undefined) throw faultError(fault);
  }

  isExamined(log: LogName): boolean {
    return this.#examined.has(logKey(log));
  }

  /** The log was erased, or is another one from now on. */
  forget(log: LogName): void {
    this.#examined.delete(logKey(log));
    this.#faults.delete(logKey(log));
  }

  /** The log was begun by this process, or read to its end. */
  note(log: LogName): void {
    if (this.#examined.size >= EXAMINED_MAX) this.#examined.clear();
    this.#examined.add(logKey(log));
  }

  /**
   * Reads a log of the catalog, once however many ask at the same time.
   * @throws RecorderError `STORE_UNAVAILABLE`; `STORE_FAILED` when a repair failed in a write or a sync
   */
  examine(log: LogName): Promise<void> {
    const key = logKey(log);
    const under_way = this.#under_way.get(key);
    if (under_way !== undefined) return under_way;
    const examination = this.#examine({ log, file: logFile(log), named: true })
      .catch((error: unknown) => {
        if (error instanceof RecorderError) throw error;
        throw new RecorderError("STORE_FAILED", "a repair failed", { cause: error });
      })
      .finally(() => this.#under_way.delete(key));
    this.#under_way.set(key, examination);
    return examination;
  }

  /** Resolves when no log is being read any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#under_way.values());
  }

  /** Reads a log if it is one of the catalog's that is not archived. Throws as `examine` does. */
  async examineStanding(log: LogName): Promise<void> {
    const known = this.#catalog.get(log);
    if (known !== undefined && known.archived_at === undefined) await this.examine(log);
  }

  /** Reads the logs of open sessions, whose claims hang on what stands in them. */
  async examineOpenSessions(): Promise<void> {
    for (const { log } of [...this.#catalog.claimed()]) await this.examine(log);
  }

  /** Reads every log that was not read yet. */
  async examineAll(): Promise<void> {
    for await (const found of findLogs(this.#options.disk, this.#options.root)) {
      if (!this.isExamined(found.log)) await this.#examine(found);
    }
  }

  async #examine(found: FoundLog): Promise<void> {
    const { log } = found;
    const known = this.#catalog.get(log);
    const { entry, fault, repair } = await examineLog(found, known, this.#options, (line) => {
      if (known !== undefined && line.seq > known.state.seq) this.#catalog.idempotency_keys.note(line, known);
    });
    // What was erased or replaced meanwhile is not what was read.
    if (known !== undefined && this.#catalog.get(log)?.incarnation !== known.incarnation) return;
    if (repair !== undefined) this.#repairs.push(repair);
    if (fault !== undefined && !this.#faults.has(logKey(log))) this.#faults.set(logKey(log), fault);
    if (known !== undefined) {
      if (this.faultOf(log) !== undefined) this.#catalog.set({ ...known, claim: undefined });
      else if (entry !== undefined && entry.hash !== known.hash) this.#catalog.set({ ...known, ...entry });
    }
    this.note(log);
  }
}
