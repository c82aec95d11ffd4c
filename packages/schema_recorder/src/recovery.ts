// Reads every log once, at the start, while holding the lock: repairs torn ends, folds each log into the catalog,
// and notes which logs are damaged. A damaged log is left as it is and refused; every other one goes on working.
import { join } from "node:path";
import { evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import type { Catalog } from "./catalog.ts";
import type { Disk } from "./disk.ts";
import { LogCursor } from "./log_cursor.ts";
import { type FoundLog, findLogs } from "./log_files.ts";
import type { Fault } from "./recorder.ts";
import { planTailRepair, repairTail, type TailRepair } from "./torn_tail.ts";

export interface RecoveryOptions {
  readonly disk: Disk;
  readonly root: string;
  /** The present time, as the server writes it; it names the copies of torn ends. */
  readonly now: string;
  /** False: the root cannot be written, so torn ends stay and are read past. */
  readonly may_write: boolean;
}

export interface Recovered {
  readonly repairs: readonly TailRepair[];
  readonly faults: readonly Fault[];
}

/** Fills the catalog from the logs. */
export async function recover(catalog: Catalog, options: RecoveryOptions): Promise<Recovered> {
  const repairs: TailRepair[] = [];
  const faults: Fault[] = [];
  for await (const found of findLogs(options.disk, options.root)) {
    const { repair, fault } = await recoverLog(catalog, found, options);
    if (repair !== undefined) repairs.push(repair);
    if (fault !== undefined) faults.push(fault);
  }
  return { repairs, faults };
}

async function recoverLog(
  catalog: Catalog,
  found: FoundLog,
  options: RecoveryOptions,
): Promise<{ repair?: TailRepair | undefined; fault?: Fault | undefined }> {
  const { disk, root, now, may_write } = options;
  const { log, file } = found;
  let state: SessionState = INITIAL_STATE;
  let fault: Fault | undefined = found.named
    ? undefined
    : {
        code: "LOG_CORRUPT",
        file,
        line: 1,
        byte_offset: 0,
        reason: "the first line does not name the session",
      };

  const cursor = await LogCursor.open(disk, join(root, file), log);
  try {
    const end = await cursor.inspect(
      (line) => {
        if (fault === undefined) state = evolve(state, line);
      },
      (found_fault) => {
        fault ??= found_fault;
      },
    );
    const repair = fault === undefined ? planTailRepair(log, file, end, now) : undefined;
    if (repair !== undefined && may_write) {
      await repairTail(disk, root, repair);
      // The last line counts from now on, so it must be folded too: the repaired log is read again.
      if (repair.action === "add_newline") return { ...(await recoverLog(catalog, found, options)), repair };
    }
    if (state.seq > 0 || fault !== undefined) {
      const { hash = "", recorded_at } = cursor.scanner.position;
      const entry = { log, state, recorded_at, hash, bytes: end.complete_bytes };
      catalog.set(fault === undefined ? entry : { ...entry, fault });
    }
    return { repair: may_write ? repair : undefined, fault };
  } finally {
    await cursor.close();
  }
}
