// Reads a log from its first line, which must happen before the recorder appends to a log that it did not itself
// begin: repairs a torn end, folds the lines, and compares the end with what the catalog knows of it.
import { join } from "node:path";
import type { Line, SessionKind } from "@session-ledger/session_contract";
import { claimOf, evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import type { CatalogEntry } from "./catalog/catalog_entry.ts";
import type { Disk } from "./disk.ts";
import { disagreement, knownEnd } from "./known_end.ts";
import { LogCursor } from "./log_cursor.ts";
import type { FoundLog } from "./log_files.ts";
import type { Fault } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import { planTailRepair, repairTail, type TailRepair } from "./torn_tail.ts";

export interface ExaminationOptions {
  readonly disk: Disk;
  readonly root: string;
  /** The present time, as the server writes it; it names the copy of a torn end. */
  readonly now: () => string;
  /** False: the root cannot be written, so a torn end stays and is read past. */
  readonly may_write: boolean;
}

/** What a log is. */
export interface Examination {
  /** Undefined: no line of the log was ever acknowledged, so there is no session. */
  readonly entry?: Omit<CatalogEntry, "incarnation" | "life">;
  readonly fault?: Fault;
  readonly repair?: TailRepair;
}

/**
 * Examines a log. `known` is the catalog's entry of it, if it has one: a log that is shorter than that has lost
 * acknowledged lines, and a longer one is taken as it is, since the log is the truth. `onLine` is told of each line
 * before any fault; of all of them twice, if the end is repaired.
 */
export async function examineLog(
  found: FoundLog,
  known: CatalogEntry | undefined,
  options: ExaminationOptions,
  onLine: (line: Line, kind: SessionKind) => void,
): Promise<Examination> {
  const { disk, root, may_write } = options;
  const { log, file } = found;
  let state: SessionState = INITIAL_STATE;
  let known_hash: string | undefined;
  let fault: Fault | undefined = found.named ? undefined : unnamed(file);

  const cursor = await LogCursor.open(disk, join(root, file), log).catch((error: unknown) => {
    if (known === undefined || !(error instanceof RecorderError) || error.code !== "LOG_NOT_FOUND")
      throw error;
  });
  if (cursor === undefined) return { fault: disagreement(file, 1, 0, knownEnd(known!)) };
  try {
    const end = await cursor.inspect(
      (line) => {
        if (fault !== undefined) return;
        state = evolve(state, line);
        onLine(line, state.kind);
        if (line.seq === known?.state.seq) known_hash = line.hash;
      },
      (found_fault) => {
        fault ??= found_fault;
      },
    );
    if (fault === undefined && end.lacks_only_newline && may_write) {
      const repair = planTailRepair(log, file, end, options.now())!;
      await repairTail(disk, root, repair);
      // The last line counts from now on, so it must be folded too: the repaired log is read again.
      return { ...(await examineLog(found, known, options, onLine)), repair };
    }
    if (fault === undefined && known !== undefined && known_hash !== known.hash) {
      fault = disagreement(file, state.seq + 1, end.complete_bytes, knownEnd(known));
    }
    const repair =
      fault === undefined && may_write ? planTailRepair(log, file, end, options.now()) : undefined;
    if (repair !== undefined) await repairTail(disk, root, repair);
    const { hash = "", recorded_at } = cursor.scanner.position;
    // A damaged log cannot be ended, so it must not keep its user from starting anew.
    const claim = fault === undefined ? claimOf(state) : undefined;
    const entry = { log, state, recorded_at, hash, bytes: end.complete_bytes, claim };
    return {
      ...(state.seq > 0 || fault !== undefined ? { entry } : {}),
      ...(fault === undefined ? {} : { fault }),
      ...(repair === undefined ? {} : { repair }),
    };
  } finally {
    await cursor.close();
  }
}

function unnamed(file: string): Fault {
  return {
    code: "LOG_CORRUPT",
    file,
    line: 1,
    byte_offset: 0,
    reason: "the first line does not name the session",
  };
}
