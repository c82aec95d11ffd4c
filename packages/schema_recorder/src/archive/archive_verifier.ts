import { join } from "node:path";
import type { Line } from "@session-ledger/session_contract";
import { systemCode } from "../disk.ts";
import { disagreement, type KnownEnd } from "../known_end.ts";
import { archiveFile } from "../log_paths.ts";
import type { LogReport } from "../log_verifier.ts";
import type { ReadDisk } from "../read_disk.ts";
import type { Fault, LogName } from "../recorder.ts";
import { examineArchive } from "./archive_file.ts";

export interface VerifyArchiveOptions {
  /** The log's end as the catalog knows it. */
  readonly known?: KnownEnd | undefined;
  /** Says what else is wrong with a line whose place in the chain is right. */
  readonly check?: (line: Line) => string | undefined;
}

/**
 * Reads an archive and lists what is wrong with it: of gzip's checksum and of the log's chain the first fault, since
 * nothing behind it can be trusted, and whatever the check finds in the lines before. Undefined: it was restored or
 * erased meanwhile.
 */
export async function verifyArchive(
  disk: ReadDisk,
  root: string,
  log: LogName,
  { known, check }: VerifyArchiveOptions,
): Promise<LogReport | undefined> {
  const file = archiveFile(log);
  const faults: Fault[] = [];
  let lines = 0;
  const examine = () =>
    examineArchive(disk, join(root, file), { file, log }, (line, _kind, byte_offset) => {
      lines += 1;
      const reason = check?.(line);
      if (reason !== undefined)
        faults.push({ code: "LOG_CORRUPT", file, line: line.seq, byte_offset, reason });
    });
  try {
    const { entry, fault } = await examine();
    if (fault !== undefined) faults.push(fault);
    else if (known !== undefined && known.hash !== entry.hash)
      faults.push(disagreement(file, entry.state.seq + 1, entry.bytes, known));
    const { bytes } = entry;
    return { log, file, lines, bytes, kept_bytes: bytes, faults, in_flight: false };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
