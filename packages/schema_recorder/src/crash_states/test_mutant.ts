import type { CommitDisk, FileId } from "../journal/commit_disk.ts";
import { LEDGER_FOLDER, USERS_FOLDER } from "../log_paths.ts";
import { LOG_ROOT } from "./test_log_files.ts";
import type { SimulatedProcess, Surroundings } from "./test_simulated_process.ts";

/** A fault put between the recorder and its disk: one that the proofs must find. */
export interface Mutant {
  /** Changes what the running recorder does to the disk. */
  readonly writer?: (process: SimulatedProcess) => Surroundings;
  /** Changes what recovery does. */
  readonly recovery?: (process: SimulatedProcess) => Surroundings;
}

/** No fault: the recorder as it is. */
export const SOUND: Mutant = {};

export const JOURNAL = `${LOG_ROOT}/${LEDGER_FOLDER}/journal`;
const LOGS = `${LOG_ROOT}/${USERS_FOLDER}`;
export const isSegment = (path: string): boolean => path.endsWith(".wal");
export const isLog = (path: string): boolean => path.endsWith(".jsonl");
export const isLogFolder = (path: string): boolean => path.startsWith(LOGS) && !isLog(path);

/** The calls of a disk that a mutant changes. `pathOf` names an open file. */
type DiskChange = (
  disk: CommitDisk,
  pathOf: (file: FileId) => string,
  process: SimulatedProcess,
) => Partial<CommitDisk>;

/** A mutant whose running recorder, its start included, works on a changed disk. */
export function writer(change: DiskChange): Mutant {
  return { writer: (process) => changed(process, change) };
}

/** A mutant whose recovery after the crash works on a changed disk. */
export function recovery(change: DiskChange): Mutant {
  return { recovery: (process) => changed(process, change) };
}

export function changed(process: SimulatedProcess, change: DiskChange): Surroundings {
  const paths = new Map<FileId, string>();
  const named: CommitDisk = {
    ...process.commit_disk,
    open: (path, mode) => {
      const file = process.commit_disk.open(path, mode);
      paths.set(file, path);
      return file;
    },
  };
  const commit_disk = { ...named, ...change(named, (file) => paths.get(file)!, process) };
  return { disk: process.disk, catalogs: process.catalogs, commit_disk };
}
