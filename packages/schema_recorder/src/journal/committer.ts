import type { CommitResult } from "./commit_engine.ts";
import { CommitEngine, type CommitEngineOptions } from "./commit_engine.ts";

/** Who carries batches to the disk, one after another. A rejection says that nothing more can be committed. */
export interface Committer {
  /** See `CommitEngine.commit`. The payload is handed over and must not be used again. */
  commit(payload: Buffer): Promise<CommitResult>;
  /** See `CommitEngine.seal`. */
  seal(): Promise<boolean>;
  /** See `CommitEngine.syncSealed`. Commits go on meanwhile. */
  syncSealed(): Promise<void>;
  /** See `CommitEngine.dropSealed`. */
  dropSealed(): Promise<void>;
  close(): Promise<void>;
}

/** Commits on the caller's thread. It is for tests, which put a disk of their own in place of the real one. */
export class InlineCommitter implements Committer {
  readonly #engine: CommitEngine;

  constructor(options: CommitEngineOptions) {
    this.#engine = new CommitEngine(options);
  }

  async commit(payload: Buffer): Promise<CommitResult> {
    return this.#engine.commit(payload);
  }

  async seal(): Promise<boolean> {
    return this.#engine.seal();
  }

  async syncSealed(): Promise<void> {
    await this.#engine.syncSealed();
  }

  async dropSealed(): Promise<void> {
    this.#engine.dropSealed();
  }

  async close(): Promise<void> {
    this.#engine.close();
  }
}
