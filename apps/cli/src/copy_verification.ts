import {
  type CopiedLog,
  type JsonlReader,
  type LogForm,
  type LogName,
  type LogReport,
  openReader,
  RecorderError,
  runOnLogs,
} from "@session-ledger/schema_recorder";
import type { FoundFaults } from "./found_faults.ts";
import type { Progress } from "./progress.ts";

const TASK = new URL("./tasks/verify_task.ts", import.meta.url);

/** Reads a backup back from its disk and checks it as `verify` does, and the logs in its archives too. */
export class CopyVerification {
  readonly #root: string;
  readonly #faults: FoundFaults;
  readonly #progress: Progress;

  constructor(root: string, faults: FoundFaults, progress: Progress) {
    this.#root = root;
    this.#faults = faults;
    this.#progress = progress;
  }

  everything(): Promise<void> {
    return this.#verify((reader) => ({ logs: reader.logs(), archives: reader.archives() }));
  }

  /** Checks what was copied again. */
  only(copied: readonly CopiedLog[]): Promise<void> {
    return this.#verify(() => ({
      logs: inForm(copied, "log"),
      archives: inForm(copied, "archive"),
    }));
  }

  async #verify(
    listed: (reader: JsonlReader) => {
      readonly logs: AsyncIterable<LogName>;
      readonly archives: AsyncIterable<LogName>;
    },
  ): Promise<void> {
    const reader = await openReader({ root: this.#root });
    // Loaded here, since most commands start without a need of it.
    const { createSchemaCheck } = await import("./schema_check.ts");
    const check = createSchemaCheck();
    try {
      const { logs, archives } = listed(reader);
      for await (const { log, result } of runOnLogs<LogReport | undefined>(logs, {
        root: this.#root,
        module: TASK,
        on_lines: (lines) => this.#progress.lines(lines),
      })) {
        if (result === undefined) throw new RecorderError("LOG_NOT_FOUND", reader.logFile(log));
        for (const fault of result.faults) await this.#faults.add(fault);
        this.#progress.log();
      }
      for await (const archive of archives) {
        const report = await reader.verifyArchive(archive, check);
        for (const fault of report?.faults ?? []) await this.#faults.add(fault);
        this.#progress.log();
      }
    } finally {
      await reader.close();
    }
  }
}

async function* inForm(copied: readonly CopiedLog[], wanted: LogForm): AsyncGenerator<LogName, void> {
  for (const { log, form } of copied) if (form === wanted) yield log;
}
