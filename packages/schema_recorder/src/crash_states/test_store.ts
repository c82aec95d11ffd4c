import { toServerTime } from "@session-ledger/session_contract";
import { makeFolder, makeRoot } from "../folder_making.ts";
import { JsonlRecorder } from "../jsonl_recorder.ts";
import { LEDGER_FOLDER } from "../log_paths.ts";
import { type RecoveredStore, recoverStore } from "../store_recovery.ts";
import { LOG_ROOT } from "./test_log_files.ts";
import type { Surroundings } from "./test_simulated_process.ts";

const NOW = Date.parse("2026-11-21T09:30:00.123Z");
/** As long as a timer can run: checkpoints come from the segment's size alone, so that a run can be made again. */
const NEVER_SECONDS = 2_000_000;

/** What a start does before it takes its first append, but for the lock. */
export async function recover({ disk, commit_disk, catalogs }: Surroundings): Promise<RecoveredStore> {
  await makeRoot(disk, LOG_ROOT);
  await makeFolder(disk, `${LOG_ROOT}/${LEDGER_FOLDER}`);
  return recoverStore({
    root: LOG_ROOT,
    disk,
    commit_disk,
    catalogs,
    now: () => toServerTime(NOW),
    may_write: true,
    folds_case: false,
    onRebuild: () => {},
  });
}

/** Opens the recorder on a simulated disk. Only the lock is missing: a simulated disk has one process at a time. */
export function openSimulated(surroundings: Surroundings, checkpoint_bytes: number): Promise<JsonlRecorder> {
  return JsonlRecorder.open(
    {
      root: LOG_ROOT,
      disk: surroundings.disk,
      commit_disk: surroundings.commit_disk,
      clock: () => NOW,
      checkpoint_bytes,
      checkpoint_seconds: NEVER_SECONDS,
    },
    {
      catalogs: surroundings.catalogs,
      takeLock: async () => ({ announce: async () => {}, release: async () => {} }),
    },
  );
}
