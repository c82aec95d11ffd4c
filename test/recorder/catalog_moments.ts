import { cpSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CommitDisk,
  type LogName,
  nodeCommitDisk,
  openRecorder,
  type Recorder,
} from "@session-ledger/schema_recorder";
import { endedEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { catalogAnswers } from "./catalog_answers.ts";

/** Enough for inner pages in the table and in an index, by those alone that an earlier process left. */
const SESSIONS_BEFORE = 110;
export const SESSIONS = SESSIONS_BEFORE + 80;
const PAGE_BYTES = 4096;
/** Some ten checkpoints. */
const CHECKPOINT_BYTES = 12_000;
const COMMITS_SEEN_MIN = 3;

const LOGS: readonly LogName[] = Array.from({ length: SESSIONS }, (_, at) => ({
  user_id: `u${at % 20}`,
  session_id: `sess_${at.toString(16).padStart(16, "0")}`,
}));
export const SESSION_IDS = LOGS.map(({ session_id }) => session_id);

/** The ledger's own folder as a process would leave it that ended at this moment. */
export interface Moment {
  readonly name: string;
  readonly folder: string;
}

export interface RootWithMoments {
  readonly root: string;
  readonly moments: readonly Moment[];
  /** What every start must answer. */
  readonly told: unknown;
}

/** A ledger of many sessions, and what it looked like at moments of its last checkpoint. */
export async function rootWithMoments(): Promise<RootWithMoments> {
  const root = await tempRoot();
  const kept = await tempRoot();
  const ledger = join(root, ".ledger");
  const keep = (name: string): Moment => {
    const folder = join(kept, name);
    cpSync(ledger, folder, { recursive: true });
    return { name, folder };
  };
  let commits = 0;
  let moments: Moment[] = [];
  const watched = watchSums((when) => {
    commits += 1;
    if (is_stopping) moments.push(keep(`${when} the sums of a commit`));
  });
  let is_stopping = false;
  const before = await openRecorder({ root });
  await record(before, LOGS.slice(0, SESSIONS_BEFORE), 0);
  await before.close();
  const recorder = await openRecorder({ root, commit_disk: watched, checkpoint_bytes: CHECKPOINT_BYTES });
  await record(recorder, LOGS.slice(SESSIONS_BEFORE), 3);
  const at_rest = keep("between two checkpoints");
  is_stopping = true;
  await recorder.close();
  // A checkpoint may have been under way already; the stop's own is the last.
  moments = moments.slice(-2);
  if (commits / 2 < COMMITS_SEEN_MIN || moments.length < 2)
    throw new Error("the checkpoints did not come as planned");
  const { told } = await catalogAnswers(root, SESSION_IDS);
  const torn = await halfPutIntoFile(moments[1]!, join(ledger, "catalog.db"), kept);
  moments = [at_rest, ...moments, torn];
  return { root, moments, told };
}

/** Starts sessions, and ends all but the last `open_count`. */
async function record(recorder: Recorder, logs: readonly LogName[], open_count: number): Promise<void> {
  for (const [at, log] of logs.entries()) {
    const claim = `active:${log.user_id}`;
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
    if (at >= logs.length - open_count) continue;
    await recorder.append(log, [endedEvent(log)], { expected_seq: 1, release: claim });
  }
}

/** Calls back right before and right after the sums of the catalog's pages are made durable. */
function watchSums(onSums: (when: "before" | "after") => void): CommitDisk {
  const files = new Set<number>();
  return {
    ...nodeCommitDisk,
    open(path, mode) {
      const file = nodeCommitDisk.open(path, mode);
      if (path.includes("catalog.sums") && mode !== "read") files.add(file);
      return file;
    },
    write(file, chunks, position) {
      if (files.has(file)) onSums("before");
      return nodeCommitDisk.write(file, chunks, position);
    },
    close(file) {
      nodeCommitDisk.close(file);
      if (files.delete(file)) onSums("after");
    },
  };
}

/** The moment after the sums, with every second page of the file as the commit has it. */
async function halfPutIntoFile(after: Moment, committed: string, kept: string): Promise<Moment> {
  const name = "while the commit is put into the file";
  const folder = join(kept, name);
  await cp(after.folder, folder, { recursive: true });
  const path = join(folder, "catalog.db");
  const [before, target] = [await readFile(path), await readFile(committed)];
  const pages: Buffer[] = [];
  for (let at = 0; at < target.length; at += PAGE_BYTES) {
    const is_put = (at / PAGE_BYTES) % 2 === 1;
    pages.push((is_put ? target : before).subarray(at, at + PAGE_BYTES));
  }
  await writeFile(path, Buffer.concat(pages));
  return { name, folder };
}
