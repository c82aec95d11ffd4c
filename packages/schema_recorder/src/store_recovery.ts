// What a writer does before it takes its first append, while it holds the lock:
//
//   1. reads the journal, and puts every durable entry into its log again (redo); what was done to a log as a whole,
//      such as its erasure, is done again
//   2. opens the catalog and folds the journal's lines into it, or rebuilds it from all the logs
//   3. makes all of that durable, and only then lets the journal go
//   4. examines the logs of open sessions; other logs are examined before the first append to them
import { join } from "node:path";
import type { Line, SessionKind } from "@session-ledger/session_contract";
import { examineArchive } from "./archive/archive_file.ts";
import { Catalog } from "./catalog/catalog.ts";
import { catchUp } from "./catalog/catalog_catch_up.ts";
import { CatalogFile } from "./catalog/catalog_file.ts";
import { type LogFindings, rebuildCatalog } from "./catalog/catalog_rebuild.ts";
import { InlineCatalogWriter } from "./catalog/catalog_writer.ts";
import type { Disk } from "./disk.ts";
import { digestIn, Erasures } from "./erasure/erasures.ts";
import type { CommitDisk } from "./journal/commit_disk.ts";
import { overlayJournal } from "./journal/journal_overlay.ts";
import { type JournalPlan, planJournal } from "./journal/journal_plan.ts";
import { Redo } from "./journal/redo.ts";
import { journalFolder } from "./journal/segment_names.ts";
import { nextBatch, readSegments, type Segment } from "./journal/segments.ts";
import { Touched } from "./journal/touched.ts";
import { type ExaminationOptions, examineLog } from "./log_examination.ts";
import { LogExaminer } from "./log_examiner.ts";
import { findArchives, findLogs } from "./log_files.ts";
import {
  ARCHIVE_FOLDER,
  archiveFile,
  DRAFTS_FOLDER,
  LEDGER_FOLDER,
  logFile,
  USERS_FOLDER,
} from "./log_paths.ts";
import type { LogName } from "./recorder.ts";

/** Where the catalog comes from. Tests put one in memory in place of the file. */
export interface Catalogs {
  /** See `CatalogFile.open`. */
  open(disk: CommitDisk, folder: string): CatalogFile | undefined;
  /** See `CatalogFile.create`. */
  create(disk: CommitDisk, folder: string): CatalogFile;
}

export interface RecoveryOptions extends ExaminationOptions {
  readonly commit_disk: CommitDisk;
  readonly catalogs: Catalogs;
  readonly folds_case: boolean;
  /** Called while the catalog is rebuilt, with how many logs were read. */
  readonly onRebuild: (logs: number) => void;
}

/** The store as recovery leaves it, ready for its first append. */
export interface RecoveredStore {
  readonly catalog: Catalog;
  readonly catalog_file: CatalogFile;
  /** The number of the journal's next batch. */
  readonly next_batch: number;
  readonly examiner: LogExaminer;
  readonly erasures: Erasures;
  /** Where the logs are read: a root that cannot be written is read under its journal. */
  readonly disk: Disk;
}

/** What was read of the journal, and what does it again. */
interface Redone {
  readonly segments: readonly Segment[];
  readonly plan: JournalPlan;
  readonly redo: Redo;
  readonly touched: Touched;
  readonly erasures: Erasures;
}

/** @throws RecorderError `JOURNAL_CORRUPT`, and the system's errors */
export async function recoverStore(options: RecoveryOptions): Promise<RecoveredStore> {
  const { root, commit_disk } = options;
  const findings: LogFindings = { faults: new Map(), repairs: [] };
  if (!options.may_write) return readOnlyStore(options, findings);

  const erasures = await Erasures.open(options.disk, root, true);
  const folder = journalFolder(root);
  commit_disk.makeFolder(folder);
  commit_disk.makeFolder(join(root, DRAFTS_FOLDER));
  // A process that died may have made the folder, or removed segments, without living to sync it. A segment that came
  // back once a new one is begun would leave a gap between the two.
  commit_disk.syncFolder(join(root, LEDGER_FOLDER));
  commit_disk.syncFolder(folder);
  const segments = readSegments(commit_disk, folder);
  // The last frame may be one that the process before did not live to sync; no byte of it may reach a log before that.
  for (const { path } of segments) await commit_disk.syncLater(path);
  const plan = planOf(segments, erasures);
  const touched = new Touched();
  const redo = new Redo(commit_disk, root, touched);
  for (const [key, fault] of redo.run(plan)) findings.faults.set(key, fault);
  for (const text of plan.erasures) erasures.note(text);

  const redone: Redone = { segments, plan, redo, erasures, touched };
  const { catalog, catalog_file, next_batch } = await openCatalog(redone, findings, options);
  try {
    removeDrafts(commit_disk, root, touched);
    await touched.sync(commit_disk, root);
    catalog.sealRemovals();
    await catalog.flush(next_batch, new InlineCatalogWriter(catalog_file));
    await erasures.flush();
    // The oldest first, and each durably: a segment that outlived a younger one would bring back what that one erased.
    for (const { path } of segments) {
      commit_disk.remove(path);
      commit_disk.syncFolder(folder);
    }

    const examiner = new LogExaminer(catalog, options, findings);
    await examiner.examineOpenSessions();
    return { catalog, catalog_file, next_batch, examiner, erasures, disk: options.disk };
  } catch (error) {
    catalog_file.close();
    throw error;
  }
}

/** The catalog, caught up with the journal; rebuilt if there is none, or none that can be relied on. */
async function openCatalog(redone: Redone, findings: LogFindings, options: RecoveryOptions) {
  const { segments, plan } = redone;
  const { catalogs, commit_disk, root } = options;
  const folder = join(root, LEDGER_FOLDER);
  const catalog_file = catalogs.open(commit_disk, folder);
  const after_journal = nextBatch(segments);
  if (catalog_file !== undefined) {
    try {
      const position = catalog_file.next_batch;
      const oldest = segments[0]?.first_batch ?? position;
      // At 0 it was never filled: a rebuild was cut off.
      if (position > 0 && position >= oldest) {
        const catalog = new Catalog(catalog_file, options);
        catchUp(catalog, segments, position, plan);
        eraseKnown(redone, catalog, catalog_file);
        await takeUpOperations(redone, catalog, findings, options);
        return { catalog, catalog_file, next_batch: Math.max(position, after_journal ?? 1) };
      }
    } catch {
      // Whatever is wrong with it, the logs know better.
    }
    catalog_file.close();
  }
  const rebuilt = catalogs.create(commit_disk, folder);
  const next_batch = after_journal ?? 1;
  try {
    await eraseStanding(redone, options);
    await rebuildCatalog(rebuilt, next_batch, findings, { ...options, onProgress: options.onRebuild });
  } catch (error) {
    rebuilt.close();
    throw error;
  }
  return { catalog: new Catalog(rebuilt, options), catalog_file: rebuilt, next_batch };
}

/**
 * Does the erasures again whose logs only the catalog names. Its row of a log goes once the log is durably gone, so a
 * log without one needs nothing more.
 */
function eraseKnown({ plan, redo, erasures }: Redone, catalog: Catalog, catalog_file: CatalogFile): void {
  if (plan.unnamed.size === 0) return;
  const incarnations = Array.from(plan.unnamed.values(), ({ incarnation }) => incarnation);
  for (const { log } of catalog_file.ofIncarnations(incarnations)) {
    const erasure = plan.unnamed.get(erasures.digestOfLog(log));
    if (erasure === undefined) continue;
    redo.erase(log, erasure);
    catalog.remove(log);
  }
}

/** What an archiving, a restoring or a rewriting made of a log is read from the disk. */
async function takeUpOperations(
  { plan }: Redone,
  catalog: Catalog,
  findings: LogFindings,
  options: RecoveryOptions,
): Promise<void> {
  const { disk, root } = options;
  for (const [key, { log, operation }] of plan.logs) {
    if (operation === undefined || operation.kind === "erase") continue;
    const { incarnation } = operation;
    const life = catalog.get(log)?.life ?? incarnation;
    const noteKey = (line: Line, kind: SessionKind): void =>
      catalog.idempotency_keys.note(line, { log, life, state: { kind } });
    const { entry, fault } =
      operation.kind === "archive"
        ? await examineArchive(disk, join(root, archiveFile(log)), { file: archiveFile(log), log }, noteKey)
        : await examineLog({ log, file: logFile(log), named: true }, undefined, options, noteKey);
    if (entry !== undefined) catalog.set({ ...entry, incarnation, life });
    if (fault !== undefined && !findings.faults.has(key)) findings.faults.set(key, fault);
  }
}

/**
 * Without a catalog, every log that stands may be one whose erasure is to be done again. One that does not stand may
 * have been removed without that being durable, and nothing would find it if it came back: so first it is.
 */
async function eraseStanding({ plan, redo, erasures, touched }: Redone, options: RecoveryOptions) {
  if (plan.unnamed.size === 0) return;
  const { disk, root, commit_disk } = options;
  for await (const log of unnamedErased(plan, erasures, options)) {
    redo.erase(log, plan.unnamed.get(erasures.digestOfLog(log))!);
  }
  for (const top of [join(root, USERS_FOLDER), join(root, ARCHIVE_FOLDER, USERS_FOLDER)]) {
    for (const { name } of await disk.list(top)) {
      for (const folder of [top, join(top, name), join(top, name, "sessions")]) {
        if ((await disk.kindOf(folder)) === "folder") touched.addFolder(folder);
      }
    }
  }
  await touched.sync(commit_disk, root);
}

/** Empties the folder of drafts: what is in it was never to count, or has taken its place by now. */
function removeDrafts(disk: CommitDisk, root: string, touched: Touched): void {
  const folder = join(root, DRAFTS_FOLDER);
  for (const name of disk.list(folder)) {
    disk.remove(join(folder, name));
    touched.addFolder(folder);
  }
}

/**
 * A root that cannot be written is read into a catalog in memory, under what its journal holds: that was acknowledged,
 * and need not be in the logs.
 * @throws RecorderError `JOURNAL_CORRUPT`
 */
async function readOnlyStore(options: RecoveryOptions, findings: LogFindings): Promise<RecoveredStore> {
  const { root, commit_disk } = options;
  const erasures = await Erasures.open(options.disk, root, false);
  const folder = journalFolder(root);
  const segments = commit_disk.kindOf(folder) === undefined ? [] : readSegments(commit_disk, folder);
  const plan = planOf(segments, erasures);
  for (const text of plan.erasures) erasures.note(text);
  const erased: LogName[] = [];
  for await (const log of unnamedErased(plan, erasures, options)) erased.push(log);
  const { disk, faults } = await overlayJournal(options.disk, root, plan, erased);
  for (const [key, fault] of faults) findings.faults.set(key, fault);

  const catalog_file = CatalogFile.inMemory();
  const reading = { ...options, disk };
  await rebuildCatalog(catalog_file, 1, findings, { ...reading, onProgress: options.onRebuild });
  const catalog = new Catalog(catalog_file, options);
  const examiner = new LogExaminer(catalog, reading, findings);
  return { catalog, catalog_file, next_batch: 1, examiner, erasures, disk };
}

function planOf(segments: readonly Segment[], erasures: Erasures): JournalPlan {
  return planJournal(segments, { of_entry: digestIn, of_log: (log) => erasures.digestOfLog(log) });
}

/** The logs, standing or archived, that the plan's unnamed erasures stand for. */
async function* unnamedErased(
  { unnamed }: JournalPlan,
  erasures: Erasures,
  { disk, root }: RecoveryOptions,
): AsyncGenerator<LogName, void> {
  if (unnamed.size === 0) return;
  for (const find of [findLogs, findArchives]) {
    for await (const { log } of find(disk, root)) if (unnamed.has(erasures.digestOfLog(log))) yield log;
  }
}
