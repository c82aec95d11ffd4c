import { fold } from "@session-ledger/session_domain";
import type { JsonlRecorder } from "../jsonl_recorder.ts";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { Expectations } from "./test_expectations.ts";
import { readLogFiles } from "./test_log_files.ts";
import type { SeededRandom } from "./test_random.ts";
import type { SimulatedDisk } from "./test_simulated_disk.ts";
import type { SimulatedProcess } from "./test_simulated_process.ts";

export interface LogWorkOptions {
  readonly disk: SimulatedDisk;
  readonly expectations: Expectations;
  readonly random: SeededRandom;
  readonly process: SimulatedProcess;
  readonly recorder: JsonlRecorder;
}

/**
 * Does something to a log as a whole while nothing else is under way: archives one that has ended, restores one, or
 * erases a line. What was asked for is noted in the expectations. It gives what was wrong with the answer, in words.
 */
export async function workOnSomeLog(options: LogWorkOptions): Promise<string[]> {
  const { disk, random, process, recorder } = options;
  const { lines, archived } = readLogFiles(disk.tree);
  const key = random.pick([...lines.keys()]);
  if (key === undefined) return [];
  const [user_id = "", session_id = ""] = key.split("/");
  const log: LogName = { user_id, session_id };
  const of_log = lines.get(key)!;
  const ended = fold(of_log).status === "stopped";
  try {
    if (archived.has(key)) await recorder.restore(log);
    else if (ended && random.oneIn(2)) await recorder.archive(log);
    else await eraseLine(options, log, 1 + random.below(of_log.length));
  } catch (error) {
    const is_end = !(error instanceof RecorderError) || error.code === "STORE_FAILED";
    const is_refusal = !is_end && error.code === "LINE_NOT_ERASABLE";
    if (process.alive && !is_refusal) return [`${logKey(log)}: ${String(error)}`];
  }
  return [];
}

async function eraseLine(
  { disk, expectations, process, recorder }: LogWorkOptions,
  log: LogName,
  seq: number,
): Promise<void> {
  const content = readLogFiles(disk.tree).lines.get(logKey(log))![seq - 1]!.event["record_id"];
  const record_id = `erased-${disk.steps.length}-`;
  const event = { type: "line.erased", event: { record_id, seq } };
  const submission = expectations.submit(log, [event], disk.steps.length);
  try {
    await recorder.eraseLine(log, seq, { record_id });
  } catch (error) {
    const refused = error instanceof RecorderError && error.code !== "STORE_FAILED";
    if (refused) expectations.refuse(log, submission);
    throw error;
  }
  if (!process.alive) return;
  submission.acknowledged_at = disk.steps.length;
  expectations.noteErasedContent(String(content), disk.steps.length);
}
