import type { Response } from "express";

/**
 * An answer that is written as fast as its client takes it, so that a slow one holds no more memory than one chunk.
 * A client that takes nothing at all for `stall_ms` is cut off.
 */
export class PacedResponse {
  readonly #response: Response;
  readonly #stall_ms: number;
  readonly #closed = new AbortController();
  #drained: Promise<void> | undefined;

  constructor(response: Response, stall_ms: number) {
    this.#response = response;
    this.#stall_ms = stall_ms;
    // Nothing moves for as long as there is nothing to send, and that is no fault of the client.
    response.socket?.setTimeout(0);
    response.once("close", () => this.#closed.abort());
    response.on("timeout", () => response.destroy());
  }

  /** Aborted once nothing more can be written: the client has left, was cut off, or has everything. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Whether the client has not yet taken what was written. */
  get is_behind(): boolean {
    return this.#drained !== undefined;
  }

  /** Resolves when more may be written. What is written after `closed` goes nowhere. */
  async write(chunk: Buffer | string): Promise<void> {
    if (this.closed.aborted || this.#response.write(chunk)) return;
    this.#drained ??= this.#drain();
    await this.#drained;
  }

  /** Ends the answer; a client that is behind is not waited for. */
  end(): void {
    if (this.is_behind) this.#response.destroy();
    else this.#response.end();
  }

  /** Node itself starts the socket's time anew whenever the client takes some of what is written. */
  async #drain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { socket } = this.#response;
    this.#response.once("drain", resolve).once("close", resolve);
    socket?.setTimeout(this.#stall_ms);
    await promise;
    socket?.setTimeout(0);
    this.#response.off("drain", resolve).off("close", resolve);
    this.#drained = undefined;
  }
}
