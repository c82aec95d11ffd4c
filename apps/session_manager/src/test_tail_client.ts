// A client of live tails for the tests of this app, on a real connection, which reads only what a test asks for.
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { TestApp } from "./test_support.ts";

/** Serves the app on a free port until the test is over, and gives its address. */
export async function serve({ app }: TestApp): Promise<string> {
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One event as it came: its fields, and what stood in a comment. */
export interface ReceivedEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly comment?: string;
}

export class TailClient {
  readonly #response: IncomingMessage;
  readonly #chunks: AsyncIterator<string>;
  #text = "";

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.#chunks = response.setEncoding("utf8")[Symbol.asyncIterator]();
  }

  static async open(url: string, session_id: string, headers: Record<string, string> = {}, query = "") {
    const path = `${url}/session_manager/sessions/${session_id}/events${query}`;
    const request = get(path, { headers: { Accept: "text/event-stream", ...headers }, agent: false });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    request.on("error", () => {});
    return new TailClient(response);
  }

  get status(): number {
    return this.#response.statusCode!;
  }

  get headers(): IncomingMessage["headers"] {
    return this.#response.headers;
  }

  /** The next event or comment; undefined once the answer has ended as it should. Rejects if it was cut. */
  async next(): Promise<ReceivedEvent | undefined> {
    for (let end = this.#text.indexOf("\n\n"); ; end = this.#text.indexOf("\n\n")) {
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return parseEvent(block);
      }
      const chunk = await this.chunk();
      if (chunk === undefined) return undefined;
      this.#text += chunk;
    }
  }

  /** What came next, whatever it is; undefined at the end of the answer. */
  async chunk(): Promise<string | undefined> {
    const { value, done } = await this.#chunks.next();
    return done === true ? undefined : value;
  }

  /** Every event and comment up to the end of the answer. */
  async rest(): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) events.push(event);
    return events;
  }

  leave(): void {
    this.#response.destroy();
  }
}

function parseEvent(block: string): ReceivedEvent {
  return Object.fromEntries(
    block.split("\n").map((line) => {
      const colon = line.indexOf(": ");
      return [colon === 0 ? "comment" : line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
}
