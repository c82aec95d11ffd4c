/** Work that is under way, so that closing can wait for it. */
export class PendingWork {
  readonly #pending = new Set<Promise<unknown>>();

  track<Result>(work: Promise<Result>): Promise<Result> {
    const forget = () => this.#pending.delete(work);
    this.#pending.add(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when all that was tracked so far has ended, whether well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }
}
