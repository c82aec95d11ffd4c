import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type BenchRun, newFolder } from "./bench_run.ts";

/** As many as make the file system place them all over the disk: it puts the files of a folder near each other. */
const FOLDERS = 200;
const FILES_PER_FOLDER = 10;
/** Creating a file on an undisturbed disk costs less than this. */
const UNDISTURBED_US_MAX = 120;
const CHANGE_MAX = 2;

/**
 * What creating a small file costs in folders such as the users', in microseconds. On ext4 it rises tenfold for minutes
 * after a large tree was removed, and every measure that creates logs rises with it. After a rest of some minutes the
 * first few thousand files cost three times as much as the next, so as many are made before.
 */
export async function fileCreationUs(run: BenchRun): Promise<number> {
  await createFiles(run);
  return createFiles(run);
}

async function createFiles(run: BenchRun): Promise<number> {
  const control = await newFolder(run, "control");
  const folders = Array.from({ length: FOLDERS }, (_, at) => join(control, `user${at}`));
  for (const folder of folders) mkdirSync(folder);
  const line = Buffer.alloc(300, "x");
  const started_ms = performance.now();
  for (const folder of folders) {
    for (let at = 0; at < FILES_PER_FOLDER; at += 1) {
      const file = openSync(join(folder, `${at}.jsonl`), "wx");
      writeSync(file, line);
      closeSync(file);
    }
  }
  return ((performance.now() - started_ms) * 1000) / (FOLDERS * FILES_PER_FOLDER);
}

/** Whether what creating a file cost at the begin and at the end says that the run cannot be relied on. */
export function isDisturbed(begin_us: number, end_us: number): boolean {
  const change = Math.max(begin_us, end_us) / Math.min(begin_us, end_us);
  return Math.max(begin_us, end_us) > UNDISTURBED_US_MAX || change > CHANGE_MAX;
}
