import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ErrorCode } from "@session-ledger/session_contract";
import { onTestFinished } from "vitest";

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers a request, or does worse to it. */
export type Script = (response: ServerResponse, request: Arrived) => void | Promise<void>;

/** A server on loopback that meets each further request with the next script, and the last one for good. */
export interface StubServer {
  readonly url: string;
  readonly arrived: readonly Arrived[];
}

export async function startStub(...scripts: readonly [Script, ...Script[]]): Promise<StubServer> {
  const arrived: Arrived[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, body: await text(request) };
    const script = scripts[Math.min(arrived.length, scripts.length - 1)]!;
    arrived.push(seen);
    await script(response, seen);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
}

export const drop: Script = (response) => void response.destroy();

/** Takes the request and never answers. */
export const stall: Script = () => {};

export function answer(body: unknown, status = 200): Script {
  return (response) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
}

export function problem(status: number, code: ErrorCode, headers: Record<string, string> = {}): Script {
  return (response) => {
    response.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
    response.end(
      JSON.stringify({ type: "t", title: "t", status, detail: "A detail.", code, request_id: "r" }),
    );
  };
}

/** Sends these bytes of an event stream, then cuts the connection, ends the answer, or leaves it silent. */
export function eventStream(bytes: string, then: "cut" | "end" | "silence"): Script {
  return (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.flushHeaders();
    response.write(bytes, () => {
      if (then === "cut") response.destroy();
      else if (then === "end") response.end();
    });
  };
}
