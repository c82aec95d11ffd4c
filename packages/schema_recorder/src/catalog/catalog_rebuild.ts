import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Line, SessionKind } from "@session-ledger/session_contract";
import { examineArchive } from "../archive/archive_file.ts";
import { INCARNATION_BYTES } from "../journal/frame.ts";
import { type ExaminationOptions, examineLog } from "../log_examination.ts";
import { findArchives, findLogs } from "../log_files.ts";
import { logKey } from "../log_paths.ts";
import type { Fault, LogName } from "../recorder.ts";
import type { TailRepair } from "../torn_tail.ts";
import type { CatalogFile } from "./catalog_file.ts";
import { putLine } from "./idempotency_keys.ts";

/** What reading every log brought to light. */
export interface LogFindings {
  /** The first fault of each damaged log, by the log's key. */
  readonly faults: Map<string, Fault>;
  readonly repairs: TailRepair[];
}

/** Fills an empty catalog from the logs and the archives. `onProgress` is called with how many were read. */
export async function rebuildCatalog(
  file: CatalogFile,
  next_batch: number,
  findings: LogFindings,
  options: ExaminationOptions & { readonly onProgress: (logs: number) => void },
): Promise<void> {
  let logs = 0;
  const beginLife = (log: LogName) => {
    const life = randomBytes(INCARNATION_BYTES).toString("hex");
    const noteKey = (line: Line, kind: SessionKind): void =>
      putLine(file.idempotency_keys, line, { log, life, state: { kind } });
    return { life, noteKey };
  };
  file.begin();
  for await (const { log, file: path } of findArchives(options.disk, options.root)) {
    const { life, noteKey } = beginLife(log);
    const { entry, fault } = await examineArchive(
      options.disk,
      join(options.root, path),
      { file: path, log },
      noteKey,
    );
    file.put({ ...entry, incarnation: life, life });
    if (fault !== undefined) findings.faults.set(logKey(log), fault);
    logs += 1;
    options.onProgress(logs);
  }
  for await (const found of findLogs(options.disk, options.root)) {
    const { life, noteKey } = beginLife(found.log);
    const { entry, fault, repair } = await examineLog(found, undefined, options, noteKey);
    if (entry !== undefined) file.put({ ...entry, incarnation: life, life });
    if (fault !== undefined) findings.faults.set(logKey(found.log), fault);
    if (repair !== undefined) findings.repairs.push(repair);
    logs += 1;
    options.onProgress(logs);
  }
  file.commit(next_batch);
}
