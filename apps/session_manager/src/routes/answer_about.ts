import { sendJson, setSeqTag } from "@session-ledger/http_api";
import type { Response } from "express";

/** Sends an answer about one session, tagged with the `seq` at which it stands if there is such a session. */
export function sendAbout(
  response: Response,
  status: number,
  { answer, seq }: { readonly answer: unknown; readonly seq?: number },
): void {
  if (seq !== undefined) setSeqTag(response, seq);
  sendJson(response, status, answer);
}
