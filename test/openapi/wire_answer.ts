import { Agent, type IncomingHttpHeaders, request } from "node:http";
import type { WireRequest } from "./wire_request.ts";

/** What came back. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** A stream of events is cut at its beginning, since it ends with its session. */
  readonly text: string;
}

/** A client that sends requests as they are, one after another on one connection. */
export class WireClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  send({ method, path, headers, body }: WireRequest): Promise<WireAnswer> {
    const { hostname, port } = this.#url;
    const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
    const sent = request({ hostname, port, method, path, headers, agent: this.#agent }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      if (status === 200 && (answered["content-type"] ?? "").startsWith("text/event-stream")) {
        response.destroy();
        resolve({ status, headers: answered, text: "" });
        return;
      }
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status, headers: answered, text }));
    });
    sent.on("error", reject);
    sent.end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}
