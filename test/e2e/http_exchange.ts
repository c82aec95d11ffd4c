import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";

/** What a client sends. A string body goes out as it is, so that a test may send what is not JSON. */
export interface Asked {
  readonly method?: string;
  /** Sent to the letter: unlike `fetch`, nothing normalises `..` or `%2e`. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** The address of this machine that the client calls from; by default the system's choice. */
  readonly from?: string;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The JSON of the body, empty for an answer of another type. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request on a connection of its own. */
export function ask(url: string, asked: Asked): Promise<Answered> {
  const { method = "GET", path, headers = {}, body, from } = asked;
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const local = from === undefined ? {} : { localAddress: from };
  const sent = request({ hostname, port, method, path, headers, agent: false, ...local }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("error", reject);
    response.on("end", () => {
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers, text, body: isJson(headers) && text !== "" ? JSON.parse(text) : {} });
    });
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

/** Posts JSON as a client would. */
export function post(
  url: string,
  path: string,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Promise<Answered> {
  return postText(url, path, JSON.stringify(body), headers);
}

/** Posts these very bytes as JSON. */
export function postText(
  url: string,
  path: string,
  body: string | Uint8Array,
  headers: OutgoingHttpHeaders = {},
): Promise<Answered> {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const sent = { "Content-Type": "application/json", "Content-Length": length, ...headers };
  return ask(url, { method: "POST", path, body, headers: sent });
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/.test(headers["content-type"] ?? "");
}
