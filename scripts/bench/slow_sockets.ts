// A process of clients who never finish a request: `node slow_sockets.ts URL NUMBER`. Each connection sends a byte of a
// header field each second, at a moment of its own, and one that is cut is opened again. It prints a line once all of
// them are connected.
import { connect } from "node:net";

const BYTE_EVERY_MS = 1_000;
const OPENED_AGAIN_AFTER_MS = 1_000;

function keepSlow(port: number, host: string, first_opened_ms: number, onFirstConnect: () => void): void {
  const open = (): void => {
    const socket = connect(port, host);
    let timer: NodeJS.Timeout | undefined;
    socket.on("connect", () => {
      onFirstConnect();
      socket.write("GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
      timer = setInterval(() => socket.write("x"), BYTE_EVERY_MS);
    });
    // A connection that is cut with an error closes too.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(timer);
      setTimeout(open, OPENED_AGAIN_AFTER_MS);
    });
    socket.resume();
  };
  setTimeout(open, first_opened_ms);
}

const [url = "", number = ""] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const connected = Array.from({ length: Number(number) }, (_, index) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Clients that know nothing of each other do not send in the same millisecond.
  keepSlow(Number(port), hostname, (index * BYTE_EVERY_MS) / Number(number), resolve);
  return promise;
});
await Promise.all(connected);
console.log("connected");
