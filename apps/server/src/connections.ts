import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The connections of a server, and the requests on them that are accepted and not answered yet. When there are as many
 * as there may be, the one that has kept the server waiting the longest is cut, so that clients who send slowly or
 * nothing at all keep no one out.
 */
export class Connections {
  readonly #connections_max: number;
  /** In the order in which each was last answered, or was opened. */
  readonly #sockets = new Set<Socket>();
  readonly #responses = new Set<ServerResponse>();
  #onDrained: (() => void) | undefined;

  constructor(server: Server, connections_max: number) {
    this.#connections_max = connections_max;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      if (this.#sockets.size >= this.#connections_max) this.#makeRoom();
    });
    server.on("request", ({ socket }, response) => {
      this.#responses.add(response);
      response.once("close", () => this.#answered(response, socket));
    });
  }

  /** Whether a whole request on this connection waits for its answer, or has half of it: what else is written would pass for it. */
  owesAnswer(socket: Socket): boolean {
    for (const { req, headersSent } of this.#responses) {
      if (req.socket === socket && (req.complete || headersSent)) return true;
    }
    return false;
  }

  /** Resolves when every accepted request is answered, or after `limit_ms`, with how many are left. */
  async drain(limit_ms: number): Promise<number> {
    if (this.#responses.size === 0) return 0;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limit_ms);
      this.#onDrained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#responses.size;
  }

  #answered(response: ServerResponse, socket: Socket): void {
    this.#responses.delete(response);
    // It stands behind the others again, unless it is closed.
    if (this.#sockets.delete(socket)) this.#sockets.add(socket);
    if (this.#responses.size === 0) this.#onDrained?.();
  }

  /** A connection with a whole request is never cut: its client has done its part. */
  #makeRoom(): void {
    const answered_for = new Set<Socket>();
    for (const { req } of this.#responses) if (req.complete) answered_for.add(req.socket);
    for (const socket of this.#sockets) {
      if (answered_for.has(socket)) continue;
      socket.destroy();
      return;
    }
  }
}
