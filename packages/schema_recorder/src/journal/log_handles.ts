import type { CommitDisk, FileId } from "./commit_disk.ts";

/** The logs kept open, so that an append to a busy log is one write. The least recently used is closed first. */
export class LogHandles {
  readonly #disk: CommitDisk;
  readonly #handles_max: number;
  readonly #handles = new Map<string, FileId>();

  constructor(disk: CommitDisk, handles_max: number) {
    this.#disk = disk;
    this.#handles_max = handles_max;
  }

  /** Opens a log that stands, unless it is open. @throws the system's error */
  open(path: string): FileId {
    const file = this.#handles.get(path);
    if (file === undefined) return this.#keep(path, this.#disk.open(path, "append"));
    this.#handles.delete(path);
    this.#handles.set(path, file);
    return file;
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
    this.#disk.close(this.#handles.get(path)!);
    this.#handles.delete(path);
    return this.#disk.size(this.open(path)) ?? 0;
  }

  /** Lets a log go that is to be removed or replaced. */
  forget(path: string): void {
    const file = this.#handles.get(path);
    if (file === undefined) return;
    this.#disk.close(file);
    this.#handles.delete(path);
  }

  closeAll(): void {
    for (const file of this.#handles.values()) this.#disk.close(file);
    this.#handles.clear();
  }

  #keep(path: string, file: FileId): FileId {
    this.#handles.set(path, file);
    if (this.#handles.size > this.#handles_max) {
      const [oldest] = this.#handles.entries();
      this.#disk.close(oldest![1]);
      this.#handles.delete(oldest![0]);
    }
    return file;
  }
}
