import { join, sep } from "node:path";
import { type CommitDisk, nodeCommitDisk } from "@session-ledger/schema_recorder";

/**
 * A disk that keeps everything but the session logs of a root. With it, the recorder itself makes a catalog of a
 * million ended sessions within a minute: their logs are never read again, so they need not stand.
 */
export function forgetfulDisk(root: string): CommitDisk {
  const users = join(root, "users") + sep;
  const isForgotten = (path: string): boolean => path.startsWith(users) || `${path}${sep}` === users;
  const isForgottenFile = (file: number): boolean => file < 0;
  return {
    ...nodeCommitDisk,
    open: (path, mode) => (isForgotten(path) ? -1 : nodeCommitDisk.open(path, mode)),
    close: (file) => {
      if (!isForgottenFile(file)) nodeCommitDisk.close(file);
    },
    write: (file, chunks, position) =>
      isForgottenFile(file)
        ? chunks.reduce((bytes, chunk) => bytes + chunk.length, 0)
        : nodeCommitDisk.write(file, chunks, position),
    makeFolder: (path) => isForgotten(path) || nodeCommitDisk.makeFolder(path),
    kindOf: (path) => (isForgotten(path) ? undefined : nodeCommitDisk.kindOf(path)),
    // What is built for a benchmark need not survive a power cut.
    sync: () => undefined,
    syncLater: () => Promise.resolve(),
    syncAllLater: () => Promise.resolve(true),
  };
}
