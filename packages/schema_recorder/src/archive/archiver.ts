// Packs the logs of sessions that have ended, and brings them back. What takes the place of the other is written
// beside it, synced, and read back from the disk before the journal says that it counts; only then the other goes. So
// at each moment one of the two stands, whole.
import { join } from "node:path";
import type { CatalogEntry } from "../catalog/catalog_entry.ts";
import { fileChunks, withDraft, writeDraft } from "../drafts.ts";
import type { OperationKind } from "../journal/log_operations.ts";
import { examineLog } from "../log_examination.ts";
import type { LogOperator } from "../log_operator.ts";
import { archiveFile, draftFile, logFile, logKey } from "../log_paths.ts";
import { newIncarnation } from "../log_tips.ts";
import type { LogName, OperateOptions } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import { archiveTime, examineArchive, packed, unpacked } from "./archive_file.ts";

export class Archiver {
  readonly #operator: LogOperator;

  constructor(operator: LogOperator) {
    this.#operator = operator;
  }

  archive(log: LogName, { expected_seq }: OperateOptions): Promise<void> {
    const { disk, root, clock, recovered } = this.#operator.store;
    return this.#operator.withLog(log, expected_seq, async (known) => {
      assertEnded(known);
      const entry = await this.#operator.assertSound(known);
      const incarnation = newIncarnation();
      const { archived_at, patch } = archiveTime(clock());
      const draft = join(root, draftFile(incarnation));
      await this.#replace(entry, "archive", incarnation, {
        write: async () => {
          const chunks = fileChunks(disk, join(root, logFile(entry.log)), { end: entry.bytes });
          await writeDraft(disk, root, incarnation, packed(chunks), patch);
        },
        read: () => examineArchive(disk, draft, { file: archiveFile(log), log }, () => {}),
        onDone: () => {
          recovered.catalog.set({ ...entry, incarnation, archived_at });
          recovered.examiner.forget(entry.log);
        },
      });
    });
  }

  restore(log: LogName): Promise<void> {
    const { disk, root, recovered } = this.#operator.store;
    return this.#operator.withLog(log, undefined, async ({ archived_at, ...entry }) => {
      if (archived_at === undefined) throw new RecorderError("LOG_NOT_ARCHIVED", logKey(log));
      const incarnation = newIncarnation();
      await this.#replace(entry, "restore", incarnation, {
        write: () => {
          const chunks = fileChunks(disk, join(root, archiveFile(entry.log)));
          return writeDraft(disk, root, incarnation, unpacked(chunks));
        },
        read: () => {
          const found = { log: entry.log, file: draftFile(incarnation), named: true };
          return examineLog(found, undefined, { disk, root, now: () => "", may_write: false }, () => {});
        },
        onDone: () => {
          recovered.catalog.set({ ...entry, incarnation });
          recovered.examiner.note(entry.log);
        },
      });
    });
  }

  /** Writes a draft, reads it back, and lets it take its place if it holds exactly the log. */
  async #replace(
    entry: CatalogEntry,
    kind: OperationKind,
    incarnation: string,
    draft: {
      readonly write: () => Promise<void>;
      readonly read: () => Promise<{ entry?: Omit<CatalogEntry, "incarnation" | "life">; fault?: object }>;
      readonly onDone: () => void;
    },
  ): Promise<void> {
    await withDraft(this.#operator.store, incarnation, async () => {
      await draft.write();
      const copy = await draft.read();
      if (copy.fault !== undefined || copy.entry?.hash !== entry.hash || copy.entry.bytes !== entry.bytes) {
        throw new RecorderError("LOG_CORRUPT", `the copy of ${logKey(entry.log)} does not hold`);
      }
      await this.#operator.commit({ kind, log: entry.log, incarnation, onDone: draft.onDone });
    });
  }
}

function assertEnded({ log, state: { status }, archived_at }: CatalogEntry): void {
  if (archived_at !== undefined) throw new RecorderError("LOG_ARCHIVED", logKey(log));
  if (status !== "stopped" && status !== "deleted") throw new RecorderError("LOG_NOT_ENDED", logKey(log));
}
