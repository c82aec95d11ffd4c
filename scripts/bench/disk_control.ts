import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type BenchRun, newFolder } from "./bench_run.ts";

const FILES = 2000;
/** Creating a file on an undisturbed disk costs less than this. */
const UNDISTURBED_US_MAX = 120;
const CHANGE_MAX = 2;

/**
 * What creating a small file costs, in microseconds. On ext4 it rises tenfold for minutes after a large tree was
 * removed, and every measure that creates logs rises with it.
 */
export async function fileCreationUs(run: BenchRun): Promise<number> {
  const folder = await newFolder(run, "control");
  const line = Buffer.alloc(300, "x");
  const started_ms = performance.now();
  for (let at = 0; at < FILES; at += 1) {
    const file = openSync(join(folder, `${at}.jsonl`), "wx");
    writeSync(file, line);
    closeSync(file);
  }
  return ((performance.now() - started_ms) * 1000) / FILES;
}

/** Whether what creating a file cost at the begin and at the end says that the run cannot be relied on. */
export function isDisturbed(begin_us: number, end_us: number): boolean {
  const change = Math.max(begin_us, end_us) / Math.min(begin_us, end_us);
  return Math.max(begin_us, end_us) > UNDISTURBED_US_MAX || change > CHANGE_MAX;
}
