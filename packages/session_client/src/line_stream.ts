import type { Line } from "@session-ledger/session_contract";
import { SessionClientError } from "./session_client_error.ts";

/** The lines of an answer in `application/x-ndjson`, as they arrive. Unlike a live tail's, its end means that it is whole. */
export class LineStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #silence_ms_max: number;
  readonly #decoder = new TextDecoder();
  #unfinished = "";

  /** @throws SessionClientError `ANSWER_UNEXPECTED` for an answer without a body */
  constructor(response: Response, silence_ms_max: number) {
    if (response.body === null) throw new SessionClientError("ANSWER_UNEXPECTED", "the answer has no body");
    this.#reader = response.body.getReader();
    this.#silence_ms_max = silence_ms_max;
  }

  /**
   * At least one further line; undefined once the answer has ended.
   * @throws SessionClientError `CONNECTION_FAILED` for an answer that broke off, or was silent for too long
   */
  async read(): Promise<readonly Line[] | undefined> {
    for (;;) {
      const bytes = await this.#bytes();
      if (bytes === undefined) {
        if (this.#unfinished === "") return undefined;
        throw new SessionClientError("CONNECTION_FAILED", "the answer ends within a line");
      }
      const texts = (this.#unfinished + this.#decoder.decode(bytes, { stream: true })).split("\n");
      this.#unfinished = texts.pop()!;
      if (texts.length > 0) return texts.map((text) => JSON.parse(text) as Line);
    }
  }

  /** Closes the connection. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #bytes(): Promise<Uint8Array | undefined> {
    let is_silent = false;
    const timer = setTimeout(() => {
      is_silent = true;
      void this.cancel();
    }, this.#silence_ms_max);
    try {
      const { done, value } = await this.#reader.read();
      if (is_silent) throw new SessionClientError("CONNECTION_FAILED", "the answer was silent for too long");
      return done ? undefined : value;
    } catch (cause) {
      // Streams of `fetch` reject with a TypeError when their connection breaks.
      if (!(cause instanceof TypeError)) throw cause;
      throw new SessionClientError("CONNECTION_FAILED", "the answer broke off", { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}
