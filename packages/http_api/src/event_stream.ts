// Server-sent events, as the HTML standard has them (https://html.spec.whatwg.org/multipage/server-sent-events.html).
import type { Request, Response } from "express";
import { InputInvalid } from "./input_invalid.ts";
import { PacedResponse } from "./paced_response.ts";

export const EVENT_STREAM_MEDIA_TYPE = "text/event-stream";

/** A `seq`, as header fields and parameters carry it. */
export const SEQ_TEXT = /^(?:0|[1-9]\d{0,15})$/;

/** An answer of events that goes on until it is ended, or its client leaves. */
export class EventStream {
  readonly #paced: PacedResponse;

  /** Begins the answer; header fields are set by then. */
  constructor(response: Response, stall_ms: number) {
    this.#paced = new PacedResponse(response, stall_ms);
    response.writeHead(200, {
      "Content-Type": `${EVENT_STREAM_MEDIA_TYPE}; charset=utf-8`,
      "Cache-Control": "no-store",
      // What proxies that buffer answers look for.
      "X-Accel-Buffering": "no",
    });
    response.flushHeaders();
  }

  /** Aborted once the client has left or was cut off. */
  get closed(): AbortSignal {
    return this.#paced.closed;
  }

  /** Sends a message under its id; `data` is one line of text. Resolves when the client takes more. */
  message(id: number, data: Buffer): Promise<void> {
    return this.#paced.write(Buffer.concat([Buffer.from(`id: ${id}\ndata: `), data, Buffer.from("\n\n")]));
  }

  /** Sends an event that has a name and no id, so that a client resumes from the last message. */
  event(name: string, data: string): Promise<void> {
    return this.#paced.write(`event: ${name}\ndata: ${data}\n\n`);
  }

  /** Sends what clients pass over, a sign of life. One that is behind has enough to read. */
  async comment(text: string): Promise<void> {
    if (!this.#paced.is_behind) await this.#paced.write(`: ${text}\n\n`);
  }

  end(): void {
    this.#paced.end();
  }
}

/**
 * The id of the last message that a client has, which comes back to resume; undefined if it does not.
 * @throws InputInvalid for what was never an id here
 */
export function lastEventId(request: Request): number | undefined {
  const id = request.headers["last-event-id"];
  if (id === undefined) return undefined;
  if (typeof id === "string" && SEQ_TEXT.test(id)) return Number(id);
  throw new InputInvalid({ path: "Last-Event-ID", message: "must be the id of an event" });
}
