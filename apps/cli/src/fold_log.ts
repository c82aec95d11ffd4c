import { type Fault, type JsonlReader, type LogName, RecorderError } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";

export interface FoldOptions {
  readonly until_seq?: number;
  readonly on_line?: (line: Line) => void;
}

/** A log read back: its state, and the first fault, after which nothing of it was read. */
export interface FoldedLog {
  readonly state: SessionState;
  readonly fault?: Pick<Fault, "code" | "file" | "reason"> & Partial<Fault>;
}

/** Folds a log, as far as it verifies. Undefined: it was removed meanwhile. */
export async function foldLog(
  reader: JsonlReader,
  log: LogName,
  { until_seq, on_line }: FoldOptions = {},
): Promise<FoldedLog | undefined> {
  let state = INITIAL_STATE;
  try {
    const fold = (_before: SessionState, line: Line): SessionState => {
      state = evolve(state, line);
      on_line?.(line);
      return state;
    };
    await reader.replay(log, fold, state, until_seq === undefined ? {} : { until_seq });
    return { state };
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error;
    if (error.code === "LOG_NOT_FOUND") return undefined;
    if (!isDamage(error.code)) throw error;
    // A read names its fault in words only; the report gives the place.
    const { faults } = await reader.verify(log);
    return {
      state,
      fault: faults[0] ?? { code: error.code, file: reader.logFile(log), reason: error.message },
    };
  }
}

function isDamage(code: string): code is Fault["code"] {
  return code === "LOG_CORRUPT" || code === "LOG_TRUNCATED" || code === "LOG_FORMAT_UNSUPPORTED";
}
