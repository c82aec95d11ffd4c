// What stands below a log root, from look to look. Rounds leave thousands of files, of which the next one changes a few:
// a look asks the system about each file, and reads those that may have changed since the look before.
import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FileLine, parseLog } from "../e2e/log_root_files.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
const LOG = /^users\/.*\.jsonl$/;
/** The recorder's own files are always read: the system need not date what is written to one that is mapped. */
const ALWAYS_READ = /^\.ledger\//;
/** A file that changed so shortly before a look is read at the next one too: a clock's tick may hide a later change. */
const FRESH_MS = 1_000;

/** A file or a folder, as it was read. */
class SeenFile {
  /** What the system says of it, unless that may hide a change. */
  readonly stamp: string | undefined;
  readonly uuids: ReadonlySet<string>;
  /** Whether it holds the end of a session. */
  readonly holds_end: boolean;
  #content: string | readonly FileLine[];

  constructor(name: string, latin1: string, stamp: string | undefined) {
    this.stamp = stamp;
    this.uuids = new Set(`${name}\n${latin1}`.match(UUID)?.map(unshared));
    this.holds_end = latin1.includes('"type":"session.ended"');
    this.#content = latin1;
  }

  /** The lines of a log. Throws if it does not end in a whole line of JSON. */
  get lines(): readonly FileLine[] {
    if (typeof this.#content === "string") this.#content = parseLog(this.#content);
    return this.#content;
  }
}

export class RootFiles {
  readonly #root: string;
  readonly #now: () => number;
  #files = new Map<string, SeenFile>();
  /** How many files hold each UUID, in their names or in their bytes. */
  readonly #holders = new Map<string, number>();

  /** `now` is the clock by which the system dates changes, in milliseconds since the epoch. */
  constructor(log_root: string, now: () => number = Date.now) {
    this.#root = log_root;
    this.#now = now;
  }

  /** Takes in what stands now. A server that only reads may run on it. `afresh` reads every file again. */
  look({ afresh = false }: { readonly afresh?: boolean } = {}): void {
    const seen = new Map<string, SeenFile>();
    for (const entry of readdirSync(this.#root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(this.#root.length + 1);
      const known = afresh ? undefined : this.#files.get(name);
      seen.set(name, this.#see(name, path, entry, known));
    }
    this.#count(this.#files, seen, -1);
    this.#count(seen, this.#files, 1);
    this.#files = seen;
  }

  /**
   * The lines of every log, by its path: the same object for as long as the file is the same. Throws for a log that
   * does not end in a whole line of JSON.
   */
  logs(): ReadonlyMap<string, readonly FileLine[]> {
    return new Map(
      [...this.#files].filter(([name]) => LOG.test(name)).map(([name, file]) => [name, file.lines]),
    );
  }

  /** The paths of the logs that hold no end of their session. Their last lines may be cut. */
  logsWithoutEnd(): string[] {
    const open = [...this.#files].filter(([name, { holds_end }]) => LOG.test(name) && !holds_end);
    return open.map(([name]) => name);
  }

  /** Those of some UUIDs that any file or folder holds, in its name or in its bytes. */
  among(uuids: readonly string[]): string[] {
    return uuids.filter((uuid) => this.#holders.has(uuid));
  }

  /** Counts the UUIDs of the files that do not stand among `others` as they are. */
  #count(files: ReadonlyMap<string, SeenFile>, others: ReadonlyMap<string, SeenFile>, change: 1 | -1): void {
    for (const [name, file] of files) {
      if (others.get(name) === file) continue;
      for (const uuid of file.uuids) {
        const holders = (this.#holders.get(uuid) ?? 0) + change;
        if (holders === 0) this.#holders.delete(uuid);
        else this.#holders.set(uuid, holders);
      }
    }
  }

  /** What stands at a path: as it is known, if it cannot have changed. */
  #see(name: string, path: string, entry: Dirent, known: SeenFile | undefined): SeenFile {
    if (!entry.isFile()) return known ?? new SeenFile(name, "", undefined);
    const stamp = ALWAYS_READ.test(name) ? undefined : this.#stampOf(path);
    if (known?.stamp !== undefined && known.stamp === stamp) return known;
    return new SeenFile(name, readFileSync(path, "latin1"), stamp);
  }

  /** What the system says of a file, which any change of its bytes changes; undefined for a fresh one. */
  #stampOf(path: string): string | undefined {
    const { ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true });
    return this.#now() - Number(ctimeMs) < FRESH_MS ? undefined : `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  }
}

/** A text that does not keep alive the one that it was found in. */
function unshared(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
