import { randomBytes } from "node:crypto";
import { INCARNATION_BYTES } from "../journal/frame.ts";
import { type ExaminationOptions, examineLog } from "../log_examination.ts";
import { findLogs } from "../log_files.ts";
import { logKey } from "../log_paths.ts";
import type { Fault } from "../recorder.ts";
import type { TailRepair } from "../torn_tail.ts";
import type { CatalogFile } from "./catalog_file.ts";
import { putLine } from "./idempotency_keys.ts";

/** What reading every log brought to light. */
export interface LogFindings {
  /** The first fault of each damaged log, by the log's key. */
  readonly faults: Map<string, Fault>;
  readonly repairs: TailRepair[];
}

/** Fills an empty catalog from the logs. `onProgress` is called with how many were read. */
export async function rebuildCatalog(
  file: CatalogFile,
  next_batch: number,
  findings: LogFindings,
  options: ExaminationOptions & { readonly onProgress: (logs: number) => void },
): Promise<void> {
  let logs = 0;
  file.begin();
  for await (const found of findLogs(options.disk, options.root)) {
    const incarnation = randomBytes(INCARNATION_BYTES).toString("hex");
    const { entry, fault, repair } = await examineLog(found, undefined, options, (line, kind) =>
      putLine(file.idempotency_keys, line, { log: found.log, incarnation, kind }),
    );
    if (entry !== undefined) file.put({ ...entry, incarnation });
    if (fault !== undefined) findings.faults.set(logKey(found.log), fault);
    if (repair !== undefined) findings.repairs.push(repair);
    logs += 1;
    options.onProgress(logs);
  }
  file.commit(next_batch);
}
