import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A TCP connection on which a test writes what no HTTP client would. */
export class RawConnection {
  readonly #socket: Socket;
  #received = "";
  /** Resolves with all that was received, when the server has closed the connection in whatever way. */
  readonly ended: Promise<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.#received += text;
    });
    // A connection that the server resets ends too.
    socket.on("error", () => {});
    this.ended = once(socket, "close").then(() => this.#received);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Resolves once `text` was received. Rejects if the connection ends without it. */
  async received(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.#received.includes(text)) resolve();
    };
    this.#socket.on("data", look);
    void this.ended.then((all) => reject(new Error(`The connection ended after: ${all}`)));
    look();
    return promise.finally(() => this.#socket.off("data", look));
  }
}
