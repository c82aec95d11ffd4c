import { connect } from "node:net";

/**
 * Writes these bytes on a connection of its own, ends the client's half, and gives what came back until the server
 * closed its half. A connection that the server resets counts as closed.
 */
export function exchangeRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
  });
  socket.on("error", () => {});
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("close", () => resolve(received));
  socket.end(bytes);
  return promise;
}

/** The status of every answer in what came back. */
export function statusesIn(received: string): number[] {
  return [...received.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
}
