import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { answerBrokenRequests } from "./broken_requests.ts";
import type { ServerConfig } from "./config.ts";
import { Connections } from "./connections.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { StartRefused } from "./start_refused.ts";

/** How long a request's header fields may take to arrive. */
const HEADERS_SECONDS_MAX = 10;
/** How much a request's header fields may hold together. */
const HEADER_BYTES_MAX = 16 * 1024;
/** How long nothing at all may move on a connection whose request is being answered. A stream has its own limit. */
const SILENT_SECONDS_MAX = 120;
/** How often Node looks for connections that are over one of these times: often, so that it cuts only a few at once. */
const TIME_LIMITS_CHECKED_MS = 100;

export type HttpLimits = Pick<
  ServerConfig,
  "host" | "port" | "connections_max" | "request_seconds_max" | "keep_alive_seconds_max"
>;

/** A server that listens. */
export interface HttpServer {
  readonly url: string;
  /**
   * Accepts nothing more, and resolves when every accepted request is answered, or after `drain_ms`. Then it cuts
   * the connections that are left, and says how many requests were cut with them.
   */
  close(drain_ms: number): Promise<number>;
}

/**
 * Listens. Every time and number that a client could exhaust has a limit.
 * @throws StartRefused `ADDRESS_UNAVAILABLE`
 */
export async function listen(handle: RequestListener, limits: HttpLimits): Promise<HttpServer> {
  const server = createServer({
    headersTimeout: Math.min(HEADERS_SECONDS_MAX, limits.request_seconds_max) * 1000,
    requestTimeout: limits.request_seconds_max * 1000,
    keepAliveTimeout: limits.keep_alive_seconds_max * 1000,
    connectionsCheckingInterval: TIME_LIMITS_CHECKED_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
    // A request without `Host` is answered with a problem like any other.
    requireHostHeader: false,
  });
  server.timeout = SILENT_SECONDS_MAX * 1000;
  server.maxConnections = limits.connections_max;
  // Their bytes are limited. Node passes over fields beyond a number, and one of them might be an `If-Match`.
  server.maxHeadersCount = 0;
  // The times above end what a connection may be kept for.
  server.maxRequestsPerSocket = 0;
  const connections = new Connections(server, limits.connections_max);
  answerBrokenRequests(server, connections);
  server.on("request", handle);
  await bind(server, limits.host, limits.port);
  return {
    url: urlOf(server.address() as AddressInfo),
    close: async (drain_ms) => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const cut = await connections.drain(drain_ms);
      server.closeAllConnections();
      await closed;
      return cut;
    },
  };
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen({ host, port }, resolve);
  try {
    await promise;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefused(EXIT_CODES.ADDRESS_UNAVAILABLE, `cannot listen: ${reason}`, error);
  }
  server.off("error", reject);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
