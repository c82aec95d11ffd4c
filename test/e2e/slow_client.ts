import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { SessionNames } from "./operations.ts";

/** What came in all, and whether the body came to its end. */
export interface SlowAnswer {
  readonly text: string;
  readonly complete: boolean;
}

/** A client of a session's events that takes nothing, once the answer has begun, until it is told to. */
export class SlowClient {
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
  }

  static async open(url: string, { session_id }: SessionNames, accept: string): Promise<SlowClient> {
    const path = `${url}/session_manager/sessions/${session_id}/events`;
    const request = get(path, { headers: { Accept: accept }, agent: false });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    await once(response, "readable");
    return new SlowClient(response);
  }

  /** Takes what is left, to the end of the answer or its cut. */
  async rest(): Promise<SlowAnswer> {
    const chunks: string[] = [];
    this.#response.setEncoding("latin1").on("data", (chunk: string) => chunks.push(chunk));
    // A cut is an error to Node, and an end like any other here.
    this.#response.on("error", () => {});
    if (!this.#response.closed) await new Promise((resolve) => this.#response.once("close", resolve));
    return { text: chunks.join(""), complete: this.#response.complete };
  }
}
