// What Node itself refuses never becomes a request, so no handler sees it: bytes that are no HTTP, header fields over
// their limit, a request that takes too long to arrive. Node would answer with a bare status.
import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { HttpRejected, toProblem } from "@session-ledger/http_api";
import { PROBLEM_MEDIA_TYPE } from "@session-ledger/session_contract";
import type { Connections } from "./connections.ts";
import { DATA_HEADERS } from "./security_headers.ts";

/** Answers with a problem whatever Node refuses, and closes the connection. */
export function answerBrokenRequests(server: Server, connections: Connections): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || connections.owesAnswer(socket)) {
      socket.destroy();
      return;
    }
    socket.write(answerTo(rejectionFor(error.code)));
    socket.destroySoon();
  });
  // A server may pass over an expectation that it does not know (RFC 9110, 10.1.1).
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
}

function rejectionFor(code: string | undefined): HttpRejected {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new HttpRejected("HEADERS_TOO_LARGE");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new HttpRejected("BODY_TOO_LARGE");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new HttpRejected("REQUEST_TIMEOUT");
    default:
      return new HttpRejected("REQUEST_INVALID", undefined, { detail: "The request is not HTTP/1.1." });
  }
}

function answerTo(rejected: HttpRejected): string {
  const problem = toProblem(rejected, randomUUID());
  const body = JSON.stringify(problem);
  const fields = {
    "Content-Type": PROBLEM_MEDIA_TYPE,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Request-Id": problem.request_id,
    ...DATA_HEADERS,
    Connection: "close",
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${problem.title}\r\n${head.join("")}\r\n${body}`;
}
