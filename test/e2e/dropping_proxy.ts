import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A proxy on loopback that passes requests on, and by choice cuts the connection in place of the answer. */
export class DroppingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How many answers it dropped. */
  dropped = 0;

  private constructor(target: string, drops: () => boolean) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      const dropping = drops();
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.#sockets.delete(socket));
      }
      client.pipe(upstream);
      upstream.on("close", () => client.destroy());
      client.on("close", () => upstream.destroy());
      if (!dropping) upstream.pipe(client);
      // The first byte of the answer says that the request was carried out; no byte of it gets through.
      else
        upstream.once("data", () => {
          this.dropped += 1;
          client.destroy();
        });
    });
  }

  /** `drops` is asked once for each connection. */
  static async started(target: string, drops: () => boolean): Promise<DroppingProxy> {
    const proxy = new DroppingProxy(target, drops);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection, and resolves once they are closed. */
  async cut(): Promise<void> {
    const sockets = [...this.#sockets];
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  }

  async stop(): Promise<void> {
    await this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }
}
