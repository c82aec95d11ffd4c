import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The connections of a server, and the requests on them that are accepted and not answered yet. When there are as many
 * as there may be, the one that has kept the server waiting the longest is cut, so that clients who send slowly or
 * nothing at all keep no one out.
 */
export class Connections {
  readonly #connections_max: number;
  /**
   * The responses that are owed on each connection, in the order in which it was last answered, or was opened. They
   * stand in arrays, since whatever came and went in a `Map` or `Set` of all responses would be kept for long.
   */
  readonly #owed = new Map<Socket, ServerResponse[]>();
  #owed_count = 0;
  #onDrained: (() => void) | undefined;

  constructor(server: Server, connections_max: number) {
    this.#connections_max = connections_max;
    server.on("connection", (socket: Socket) => {
      this.#owed.set(socket, []);
      socket.once("close", () => this.#owed.delete(socket));
      if (this.#owed.size >= this.#connections_max) this.#makeRoom();
    });
    server.on("request", ({ socket }, response) => {
      const owed = this.#owed.get(socket) ?? [];
      owed.push(response);
      this.#owed_count += 1;
      response.once("close", () => this.#answered(socket, owed, response));
    });
  }

  /** Whether a whole request on this connection waits for its answer, or has half of it: what else is written would pass for it. */
  owesAnswer(socket: Socket): boolean {
    const owed = this.#owed.get(socket) ?? [];
    return owed.some(({ req, headersSent }) => req.complete || headersSent);
  }

  /** Resolves when every accepted request is answered, or after `limit_ms`, with how many are left. */
  async drain(limit_ms: number): Promise<number> {
    if (this.#owed_count === 0) return 0;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limit_ms);
      this.#onDrained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#owed_count;
  }

  #answered(socket: Socket, owed: ServerResponse[], response: ServerResponse): void {
    owed.splice(owed.indexOf(response), 1);
    this.#owed_count -= 1;
    // It stands behind the others again, unless it is closed.
    if (this.#owed.delete(socket)) this.#owed.set(socket, owed);
    if (this.#owed_count === 0) this.#onDrained?.();
  }

  /** A connection with a whole request is never cut: its client has done its part. */
  #makeRoom(): void {
    for (const [socket, owed] of this.#owed) {
      if (owed.some(({ req }) => req.complete)) continue;
      socket.destroy();
      return;
    }
  }
}
