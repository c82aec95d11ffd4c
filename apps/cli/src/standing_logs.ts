// Beside a living writer a log may change its form after it was listed: archived, or restored. The writer lets one form go
// only once the other stands. Or the log is erased, and then it stands in neither.
import {
  type JsonlReader,
  type LogName,
  type LogReport,
  RecorderError,
} from "@session-ledger/schema_recorder";
import type { SchemaCheck } from "./schema_check.ts";

/** What verifying a log found. Undefined: it no longer stands among the logs. */
export async function verifyIfStanding(
  reader: JsonlReader,
  log: LogName,
  check?: SchemaCheck,
): Promise<LogReport | undefined> {
  try {
    return await reader.verify(log, check);
  } catch (error) {
    if (error instanceof RecorderError && error.code === "LOG_NOT_FOUND") return undefined;
    throw error;
  }
}

/** What verifying a log found, whichever form it has by now. Undefined: it was erased. */
export async function verifyEitherForm(
  reader: JsonlReader,
  log: LogName,
  check: SchemaCheck,
): Promise<LogReport | undefined> {
  return (
    (await verifyIfStanding(reader, log, check)) ??
    (await reader.verifyArchive(log, check)) ??
    verifyIfStanding(reader, log, check)
  );
}

/** The logs that were gone when their turn came, and not met in their other form since. */
export class GoneLogs implements Iterable<LogName> {
  readonly #reader: JsonlReader;
  readonly #by_file = new Map<string, LogName>();

  constructor(reader: JsonlReader) {
    this.#reader = reader;
  }

  /** Takes what was found of a log in the form in which it was listed. */
  note(log: LogName, report: LogReport | undefined): void {
    const file = this.#reader.logFile(log);
    if (report === undefined) this.#by_file.set(file, log);
    else this.#by_file.delete(file);
  }

  [Symbol.iterator](): Iterator<LogName> {
    return this.#by_file.values();
  }
}
