import { LINE_BYTES_READ_MAX } from "@session-ledger/session_contract";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { SessionClientError } from "./session_client_error.ts";

/** The server-sent events of an answer, as they arrive. */
export class ServerEvents {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #silence_ms_max: number;
  readonly #decoder = new TextDecoder();
  #parsed: EventSourceMessage[] = [];
  readonly #parser = createParser({
    maxBufferSize: LINE_BYTES_READ_MAX,
    onEvent: (event) => {
      this.#parsed.push(event);
    },
  });

  /** @throws SessionClientError `ANSWER_UNEXPECTED` for an answer without a body */
  constructor(response: Response, silence_ms_max: number) {
    if (response.body === null) throw new SessionClientError("ANSWER_UNEXPECTED", "the answer has no body");
    this.#reader = response.body.getReader();
    this.#silence_ms_max = silence_ms_max;
  }

  /**
   * The events of the next bytes: none for a heartbeat or a part of one; undefined once the answer has ended, was cut,
   * or was silent for too long. All three are the same to who resumes.
   */
  async read(): Promise<readonly EventSourceMessage[] | undefined> {
    const timer = setTimeout(() => void this.#reader.cancel(), this.#silence_ms_max);
    try {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#parser.feed(this.#decoder.decode(value, { stream: true }));
    } catch (error) {
      if (isCut(error)) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const parsed = this.#parsed;
    this.#parsed = [];
    return parsed;
  }

  /** Closes the connection. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** Streams of `fetch` reject with a TypeError when their connection breaks, and with the signal's reason when aborted. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError;
}
