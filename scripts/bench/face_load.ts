// Requests of one kind in a closed loop, which need what earlier ones answered: wrk cannot tell its connections apart.
// The generator shares the machine with the server, so every rate stands beside the echo's under the same generator.
import { Agent, request } from "node:http";
import { inParallel } from "./open_sessions.ts";
import { percentile } from "./statistics.ts";

/** How much is asked, and how much of it at once. */
export interface FaceLoad {
  readonly count: number;
  readonly connections: number;
}

export interface FaceRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: string;
  /** The status that it must be answered with. */
  readonly status: number;
}

export interface FaceLoadResult {
  readonly requests_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/**
 * Sends requests, each as soon as a connection is free, and gives every answer's text to `onAnswer`.
 * @throws Error for an answer of another status
 */
export async function loadFace(
  url: string,
  { count, connections }: FaceLoad,
  requestAt: (at: number) => FaceRequest,
  onAnswer: (text: string) => void = () => {},
): Promise<FaceLoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const begin_ms = performance.now();
  await inParallel(
    count,
    async (at) => {
      const sent_ms = performance.now();
      onAnswer(await send(agent, url, requestAt(at)));
      latencies.push(performance.now() - sent_ms);
    },
    connections,
  );
  const seconds = (performance.now() - begin_ms) / 1000;
  agent.destroy();
  return {
    requests_per_second: count / seconds,
    p50_ms: percentile(latencies, 50),
    p99_ms: percentile(latencies, 99),
  };
}

function send(agent: Agent, url: string, { method, path, body, status }: FaceRequest): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
  const headers = { ...(body !== undefined && { "Content-Type": "application/json" }), ...length };
  const sent = request(url + path, { agent, method, headers });
  sent.on("error", reject).on("response", (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("error", reject).on("end", () => {
      if (response.statusCode === status) resolve(text);
      else reject(new Error(`${method} ${path} was answered with ${response.statusCode}: ${text}`));
    });
  });
  sent.end(body);
  return promise;
}
