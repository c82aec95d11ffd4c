import type { Response } from "express";
import { setSeqTag } from "./entity_tag.ts";
import { setReplayed } from "./idempotency_key.ts";

/** An answer about one session, with the `seq` at which that stands if there is such a session. */
export interface AnswerAbout {
  readonly answer: unknown;
  readonly seq?: number;
  /** Whether it is the first answer to an idempotency key, given again. */
  readonly replayed?: boolean;
}

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

/** Sends an answer about one session, tagged with its `seq`. */
export function sendAbout(response: Response, status: number, about: AnswerAbout): void {
  const { answer, seq, replayed } = about;
  if (seq !== undefined) setSeqTag(response, seq);
  if (replayed === true) setReplayed(response);
  sendJson(response, status, answer);
}
