// What is done to a log as a whole, once its journal entry is durable. A running writer and recovery go the same way,
// since each step may be done again:
//
//   erase     the log, what recovery cut off it and its archive go, and so do folders that this empties
//   archive   the draft, compressed, becomes the archive, and the log goes
//   restore   the draft becomes the log, and the archive goes
//   rewrite   the draft takes the place of the log
//
// A draft stands in `.ledger/drafts` under the incarnation of the entry, synced before the entry was. It keeps that
// name until its new one is durable, so at each moment one of the two is.
import { dirname, join } from "node:path";
import { systemCode } from "../disk.ts";
import { archiveFile, archivesFolder, draftFile, logFile, sessionsFolder } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import type { CommitDisk } from "./commit_disk.ts";
import type { EntryKind, JournalEntry } from "./frame.ts";
import type { LogFolders } from "./log_folders.ts";

export type OperationKind = Exclude<EntryKind, "append">;

/** What an operation works on, and who must know of it. */
export interface OperationSite {
  readonly disk: CommitDisk;
  readonly root: string;
  readonly folders: LogFolders;
  /** Called before a file is removed or replaced, and after a folder was removed. */
  readonly onGone: (path: string) => void;
  /** Called with each folder that has lost an entry, which need not be durable yet. */
  readonly onChanged: (folder: string) => void;
}

/**
 * Carries out an operation that its journal entry has made durable. `erased_files` are, for an erasure, the torn
 * copies and the archive, relative to the root.
 */
export function carryOut(
  site: OperationSite,
  { kind, log, incarnation }: Pick<JournalEntry, "kind" | "log" | "incarnation">,
  erased_files: readonly string[],
): void {
  const draft = join(site.root, draftFile(incarnation));
  switch (kind) {
    case "erase":
      for (const file of [logFile(log), ...erased_files]) remove(site, join(site.root, file));
      removeEmptied(site, log);
      return;
    case "archive":
      put(site, draft, archiveFile(log));
      remove(site, join(site.root, logFile(log)));
      break;
    case "restore":
      put(site, draft, logFile(log));
      remove(site, join(site.root, archiveFile(log)));
      break;
    case "rewrite":
      site.onGone(join(site.root, logFile(log)));
      put(site, draft, logFile(log));
      break;
    case "append":
      throw new Error("an append is done to no log as a whole");
  }
  remove(site, draft);
}

/** Makes the draft stand at `file`, durably. Without a draft that was done before. */
function put(site: OperationSite, draft: string, file: string): void {
  const { disk, root } = site;
  const path = join(root, file);
  if (disk.kindOf(draft) === undefined) {
    if (disk.kindOf(path) === undefined) throw new Error(`neither ${draft} nor ${path} stands`);
    return;
  }
  site.folders.ensure(dirname(file), () => {});
  const fresh = `${path}.new`;
  if (disk.kindOf(fresh) !== undefined) disk.remove(fresh);
  disk.link(draft, fresh);
  disk.rename(fresh, path);
  // The new name is left over if the file stood there before.
  if (disk.kindOf(fresh) !== undefined) disk.remove(fresh);
  // The folders above may be as new as the log: what made them is of no account once the draft is gone.
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) disk.syncFolder(folder);
  disk.syncFolder(root);
}

function remove({ disk, onGone, onChanged }: OperationSite, path: string): void {
  onGone(path);
  try {
    disk.remove(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  // What is gone may have been removed, with folders above it, by a process that died before that was durable.
  let folder = dirname(path);
  while (disk.kindOf(folder) === undefined) folder = dirname(folder);
  onChanged(folder);
}

/** A user's id is the name of a folder, so a user of whom no log is left leaves none behind. */
function removeEmptied(site: OperationSite, { user_id }: LogName): void {
  if (namesNobody(user_id)) return;
  for (const sessions of [sessionsFolder(user_id), archivesFolder(user_id)]) {
    for (const folder of [sessions, dirname(sessions)]) {
      const path = join(site.root, folder);
      if (site.disk.kindOf(path) !== "folder") continue;
      if (!site.disk.removeFolder(path)) break;
      site.folders.forget(folder);
      site.onGone(path);
      site.onChanged(dirname(path));
    }
  }
}

/** `_anonymous` and `_agents` are owners of everyone's sessions. */
function namesNobody(user_id: string): boolean {
  return user_id.startsWith("_") && !user_id.includes(".");
}
