// After a power cut the logs may lack what only the journal holds, until a writer has put it into them. A backup reads
// the logs alone, so it waits for that.
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Disk, nodeDisk } from "../disk.ts";
import { journalFolder } from "../journal/segment_names.ts";
import { LEDGER_FOLDER } from "../log_paths.ts";
import { RecorderError } from "../recorder_error.ts";
import { writerAddress, writerLives } from "../writer_lock.ts";

const LOOK_AGAIN_MS = 100;

/**
 * Resolves once everything that was acknowledged stands in the logs: no segment of the journal is left that stands
 * now, or a server answers, which it does only then.
 * @throws RecorderError `STORE_UNAVAILABLE` if nobody is there to do it
 */
export async function awaitRecovered(root: string): Promise<void> {
  const standing = await segmentNames(nodeDisk, root);
  while (standing.size > 0 && (await writerAddress(root)) === undefined) {
    const is_held = writerLives(join(root, LEDGER_FOLDER));
    const left = await segmentNames(nodeDisk, root);
    if (standing.intersection(left).size === 0) return;
    if (!is_held) {
      throw new RecorderError(
        "STORE_UNAVAILABLE",
        "the log root was not stopped cleanly: start the server, or run `session-ledger repair`, first",
      );
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
}

async function segmentNames(disk: Disk, root: string): Promise<Set<string>> {
  return new Set((await disk.list(journalFolder(root))).map(({ name }) => name));
}
