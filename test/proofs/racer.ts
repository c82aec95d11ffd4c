import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** What a racer says: that it runs, what it recorded, or why it did not. */
export type Said = { readonly ready: true } | { readonly record_id: string } | { readonly code: string };

/** A process that competes for a log root. See `racer_process.ts`. */
export class Racer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(root: string) {
    this.#child = fork(join(import.meta.dirname, "racer_process.ts"), [root]);
    this.#ended = once(this.#child, "exit");
    onTestFinished(() => this.kill());
  }

  /** A process that runs and waits to be told. */
  static async ready(root: string): Promise<Racer> {
    const racer = new Racer(root);
    await once(racer.#child, "message");
    return racer;
  }

  /** Tells it to take the root if it does not hold it, and to record an event; `ended` if it ended instead. */
  go(): Promise<Said | "ended"> {
    const said = once(this.#child, "message").then(([message]) => message as Said);
    this.#child.send({});
    return Promise.race([said, this.#ended.then(() => "ended" as const)]);
  }

  /** Resolves with the exit code when the process has ended. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
