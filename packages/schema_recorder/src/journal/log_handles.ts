import type { CommitDisk, FileId } from "./commit_disk.ts";

interface Handle {
  readonly file: FileId;
  /** Whether it was used since it last stood first in line. */
  is_used: boolean;
}

/**
 * The logs kept open, so that an append to a busy log is one write. The longest open is closed first, unless it was
 * used meanwhile: then it stands behind the others again. That is nearly the least recently used one, and a use costs
 * one look-up.
 */
export class LogHandles {
  readonly #disk: CommitDisk;
  readonly #handles_max: number;
  readonly #handles = new Map<string, Handle>();

  constructor(disk: CommitDisk, handles_max: number) {
    this.#disk = disk;
    this.#handles_max = handles_max;
  }

  /** Opens a log that stands, unless it is open. @throws the system's error */
  open(path: string): FileId {
    const handle = this.#handles.get(path);
    if (handle === undefined) return this.#keep(path, this.#disk.open(path, "append"));
    handle.is_used = true;
    return handle.file;
  }

  /** Makes a log that must not stand. @throws the system's error */
  create(path: string): FileId {
    return this.#keep(path, this.#disk.open(path, "create"));
  }

  /**
   * How many bytes a log that stands has. One that was removed while it was open is let go, and looked for anew.
   * @throws the system's error
   */
  sizeOf(path: string): number {
    const size = this.#disk.size(this.open(path));
    if (size !== undefined) return size;
    this.forget(path);
    return this.#disk.size(this.open(path)) ?? 0;
  }

  /** Lets a log go that is to be removed or replaced. */
  forget(path: string): void {
    const handle = this.#handles.get(path);
    if (handle === undefined) return;
    this.#disk.close(handle.file);
    this.#handles.delete(path);
  }

  closeAll(): void {
    for (const { file } of this.#handles.values()) this.#disk.close(file);
    this.#handles.clear();
  }

  #keep(path: string, file: FileId): FileId {
    if (this.#handles.size >= this.#handles_max) this.#closeOne();
    this.#handles.set(path, { file, is_used: false });
    return file;
  }

  #closeOne(): void {
    for (const [path, handle] of this.#handles) {
      this.#handles.delete(path);
      if (!handle.is_used) {
        this.#disk.close(handle.file);
        return;
      }
      this.#handles.set(path, { file: handle.file, is_used: false });
    }
  }
}
