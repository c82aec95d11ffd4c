import { join } from "node:path";
import { ARCHIVE_FOLDER, ARCHIVE_SUFFIX, DRAFTS_FOLDER, USERS_FOLDER } from "../log_paths.ts";
import { LOG_ROOT } from "./test_log_files.ts";
import { changed, isLog, isSegment, type Mutant, writer } from "./test_mutant.ts";

const DRAFTS = `${LOG_ROOT}/${DRAFTS_FOLDER}/`;
const ARCHIVES = join(LOG_ROOT, ARCHIVE_FOLDER);
const LOGS = join(LOG_ROOT, USERS_FOLDER);
const isArchive = (path: string): boolean => path.endsWith(ARCHIVE_SUFFIX);

/** Faults that only one order of steps shows, each with a history of its own: see `test_directed_history.ts`. */
export const DIRECTED_MUTANTS = {
  "an archive removes the log before the archive is synced": contentSyncedAfter(isLog),
  "an archive's draft goes before the archive's name is durable": nameSyncedAfterDraft(ARCHIVES),
  "a restore removes the archive before the log is synced": contentSyncedAfter(isArchive),
  "a restored log's draft goes before the log's name is durable": nameSyncedAfterDraft(LOGS),
  "a start puts a frame into the logs before the frame is durable": writer((disk) => ({
    syncLater: async (path) => (isSegment(path) ? undefined : disk.syncLater(path)),
  })),
} satisfies Readonly<Record<string, Mutant>>;

/** What is to take the place of a log or an archive is synced once that is removed. */
function contentSyncedAfter(isReplaced: (path: string) => boolean): Mutant {
  return {
    writer: (process) => {
      const due: string[] = [];
      const { disk, catalogs, commit_disk } = changed(process, (disk) => ({
        remove: (path) => {
          disk.remove(path);
          // On a simulated disk a file is synced as a folder is.
          if (isReplaced(path)) for (const late of due.splice(0)) disk.syncFolder(late);
        },
      }));
      const open: typeof disk.open = async (path, mode) => {
        const file = await disk.open(path, mode);
        if (!path.startsWith(DRAFTS)) return file;
        return { ...file, sync: async () => void due.push(path) };
      };
      return { catalogs, commit_disk, disk: { ...disk, open } };
    },
  };
}

/** The name that a draft is given below `top` is synced once the draft's own is removed. */
function nameSyncedAfterDraft(top: string): Mutant {
  return writer((disk) => {
    const due: string[] = [];
    return {
      syncFolder: (path) => {
        if (path.startsWith(top)) due.push(path);
        else disk.syncFolder(path);
      },
      remove: (path) => {
        disk.remove(path);
        if (path.startsWith(DRAFTS)) for (const late of due.splice(0)) disk.syncFolder(late);
      },
    };
  });
}
