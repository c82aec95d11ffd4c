// A ledger on which one operation of the disk fails, and what that led to.
import { nodeCommitDisk, openReader, openRecorder, RecorderError } from "@session-ledger/schema_recorder";
import { type DiskFault, type DiskOperation, faultyDisks } from "./faulty_disk.ts";
import { type Act, SessionLife } from "./session_life.ts";

/** A segment is full after a few appends, so that checkpoints are among the operations. */
const CHECKPOINT_BYTES = 1_500;

export interface Operation {
  readonly kind: DiskOperation;
  readonly path: string;
}

/** A log root, the sessions that are to be found there, and what is to be done to each. */
export interface Ledger {
  readonly root: string;
  readonly lives: readonly { readonly life: SessionLife; readonly acts: readonly Act[] }[];
}

/** What a fault led to. */
export type Consequence =
  | "the start was refused"
  | "the ledger was only read"
  | "the store ended"
  | "an act was refused alone"
  | "the stop failed"
  | "nothing";

/**
 * Starts a recorder on a ledger, does what is to be done and stops it, while each operation meets the fault that
 * `decide` has for it.
 * @throws what no caller of a recorder expects
 */
export async function tryOut(
  { root, lives }: Ledger,
  decide: (operation: Operation) => DiskFault,
): Promise<Consequence> {
  const fatal: RecorderError[] = [];
  const disks = faultyDisks((kind, path) => decide({ kind, path }));
  const options = { root, ...disks, checkpoint_bytes: CHECKPOINT_BYTES };
  const recorder = await openRecorder({ ...options, on_fatal: (error) => fatal.push(error) }).catch(noStart);
  if (recorder === undefined) return "the start was refused";
  const is_writable = (await recorder.readiness()).ready;
  if (is_writable) for (const { life, acts } of lives) await life.live(recorder, acts);
  const has_stopped = await recorder.close().then(
    () => true,
    () => false,
  );
  if (fatal.length > 1) throw new Error("the store ended more than once");
  if (fatal.length > 0) return "the store ended";
  if (!is_writable) return "the ledger was only read";
  if (lives.some(({ life }) => life.refusals.length > 0)) return "an act was refused alone";
  return has_stopped ? "nothing" : "the stop failed";
}

/** A start fails with whatever the disk said; a mistake of the program is another matter. */
function noStart(error: unknown): undefined {
  if (
    !(error instanceof RecorderError) &&
    !(error instanceof Error && ("code" in error || error.name === "WriteFailed"))
  ) {
    throw error;
  }
}

/** Starts a ledger again on a disk that works, and gives everything that is wrong with what stands there, in words. */
export async function contradictions({ root, lives }: Ledger): Promise<string[]> {
  // On this thread: starting others would cost more than all else here.
  const recorder = await openRecorder({ root, commit_disk: nodeCommitDisk });
  await recorder.examineAll();
  const faults: object[] = [...recorder.faults];
  const newcomer = new SessionLife("newcomer");
  await newcomer.live(recorder, ["start", "fill", "end"]);
  await recorder.close();
  // After a clean stop each log is also compared with what the catalog knows of its end.
  const reader = await openReader({ root });
  for await (const log of reader.logs()) faults.push(...(await reader.verify(log)).faults);
  for await (const log of reader.archives())
    faults.push(...((await reader.verifyArchive(log))?.faults ?? []));
  for await (const missing of reader.missingLogs()) faults.push(missing);
  await reader.close();
  const all = [...lives.map(({ life }) => life), newcomer];
  const wrong = await Promise.all(all.map((life) => life.contradictions(root)));
  return [...faults.map((fault) => JSON.stringify(fault)), ...wrong.flat()];
}
