import type { CommitDisk, FileId } from "./commit_disk.ts";

export interface LogHandle {
  readonly file: FileId;
  /** How many bytes the log has. */
  size: number;
}

/** The logs kept open, so that an append to a busy log is one write. The least recently used is closed first. */
export class LogHandles {
  readonly #disk: CommitDisk;
  readonly #handles_max: number;
  readonly #handles = new Map<string, LogHandle>();

  constructor(disk: CommitDisk, handles_max: number) {
    this.#disk = disk;
    this.#handles_max = handles_max;
  }

  /** The open handle of a log, which becomes the most recently used. */
  get(path: string): LogHandle | undefined {
    const handle = this.#handles.get(path);
    if (handle === undefined) return undefined;
    this.#handles.delete(path);
    this.#handles.set(path, handle);
    return handle;
  }

  /** Opens a log that stands. @throws the system's error */
  open(path: string): LogHandle {
    const file = this.#disk.open(path, "append");
    return this.#keep(path, { file, size: this.#disk.size(file) });
  }

  /** Makes a log that must not stand. @throws the system's error */
  create(path: string): LogHandle {
    return this.#keep(path, { file: this.#disk.open(path, "create"), size: 0 });
  }

  closeAll(): void {
    for (const { file } of this.#handles.values()) this.#disk.close(file);
    this.#handles.clear();
  }

  #keep(path: string, handle: LogHandle): LogHandle {
    this.#handles.set(path, handle);
    if (this.#handles.size > this.#handles_max) {
      const [oldest] = this.#handles.keys();
      this.#disk.close(this.#handles.get(oldest!)!.file);
      this.#handles.delete(oldest!);
    }
    return handle;
  }
}
