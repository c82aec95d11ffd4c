// The folder of a backup, which becomes a log root. Until it is whole, what stands for the salt in it is no salt, and no
// writer opens such a root: a backup that was cut off is never taken for one that is whole.
import { dirname, join } from "node:path";
import { type Disk, type DiskFile, systemCode } from "../disk.ts";
import { makeFolder, makeRoot } from "../folder_making.ts";
import { assertWritten } from "../write_check.ts";

const FOLDERS_KNOWN_MAX = 1_000;
const UNFINISHED = "This backup was cut off: remove it, and make another.\n";

/** Takes the bytes of one file. */
export type WriteBytes = (bytes: Buffer, position: number) => Promise<void>;

/** Writes below the folder of a backup. Paths are relative to it. */
export class CopyFolder {
  readonly #disk: Disk;
  readonly #path: string;
  /** The folders that stand, or are being made, each with what resolves then. A forgotten one is made again. */
  readonly #folders = new Map<string, Promise<void>>();

  private constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** Makes the folder, or takes one that is empty. */
  static async begin(disk: Disk, path: string, salt_file: string): Promise<CopyFolder> {
    await makeRoot(disk, path);
    const folder = new CopyFolder(disk, path);
    await folder.write(salt_file, UNFINISHED);
    return folder;
  }

  get path(): string {
    return this.#path;
  }

  /**
   * Makes a file that did not stand, and makes its content durable. It is begun with its first bytes, so that a file of
   * which nothing is to be copied is none.
   */
  async create<Result>(file: string, fill: (write: WriteBytes) => Promise<Result>): Promise<Result> {
    let handle: DiskFile | undefined;
    try {
      const result = await fill(async (bytes, position) => {
        handle ??= await this.#open(file);
        assertWritten(await handle.write(bytes, position), bytes.length, join(this.#path, file));
      });
      await handle?.sync();
      return result;
    } finally {
      await handle?.close();
    }
  }

  /** Writes a small file whole, in place of what stands there. */
  async write(file: string, content: string): Promise<void> {
    const draft = `${file}.draft`;
    await this.remove(draft);
    await this.create(draft, (write) => write(Buffer.from(content), 0));
    await this.#disk.rename(join(this.#path, draft), join(this.#path, file));
    await this.syncFolder(dirname(file));
  }

  async remove(file: string): Promise<void> {
    await unlessMissing(this.#disk.remove(join(this.#path, file)));
  }

  /** Removes a folder and those above it, as far as nothing is left in them, and makes that durable. */
  async removeEmptied(folder: string): Promise<void> {
    for (let emptied = folder; emptied !== "."; emptied = dirname(emptied)) {
      this.#folders.delete(emptied);
      try {
        await this.#disk.removeFolder(join(this.#path, emptied));
      } catch (error) {
        if (systemCode(error) === "ENOENT") return;
        if (systemCode(error) !== "ENOTEMPTY") throw error;
        await this.syncFolder(emptied);
        return;
      }
    }
    await this.syncFolder(".");
  }

  async syncFolder(folder: string): Promise<void> {
    await unlessMissing(this.#disk.syncFolder(join(this.#path, folder)));
  }

  async #open(file: string): Promise<DiskFile> {
    await this.#ensureFolder(dirname(file));
    return this.#disk.open(join(this.#path, file), "create");
  }

  #ensureFolder(folder: string): Promise<void> {
    if (folder === ".") return Promise.resolve();
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    if (this.#folders.size >= FOLDERS_KNOWN_MAX) this.#folders.clear();
    const made = this.#ensureFolder(dirname(folder)).then(() =>
      makeFolder(this.#disk, join(this.#path, folder)),
    );
    this.#folders.set(folder, made);
    return made;
  }
}

async function unlessMissing(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
