import type { Response } from "express";

/**
 * Sends a JSON answer, past what `response.json` looks up for each one. It goes out as text: Node then writes it to
 * the socket together with the header fields, in one piece.
 */
export function sendJson(response: Response, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}
