import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";

/** One run of the benchmark: how large it is, where its files stand, and who is told how far it is. */
export interface BenchRun {
  /** Everything that is measured writes below this folder. Nothing in it is removed before the end: see `disk_control`. */
  readonly folder: string;
  readonly long: boolean;
  /** How many rounds a median is taken of. */
  readonly rounds: number;
  /** Says what is being done now. */
  readonly progress: (doing: string) => void;
}

/** A new empty folder of the run. */
export function newFolder(run: BenchRun, name: string): Promise<string> {
  return mkdtemp(join(run.folder, `${name}-`));
}

/** Says what is being done on stderr, with the time since the start. */
export function createProgress(): (doing: string) => void {
  const started_ms = performance.now();
  return (doing) => {
    const seconds = Math.round((performance.now() - started_ms) / 1000);
    process.stderr.write(`[${String(seconds).padStart(4)} s] ${doing}\n`);
  };
}
