import { sendJson, setReplayed, setSeqTag } from "@session-ledger/http_api";
import type { Response } from "express";

/** Sends an answer about one session, tagged with the `seq` at which it stands if there is such a session. */
export function sendAbout(
  response: Response,
  status: number,
  { answer, seq, replayed }: { readonly answer: unknown; readonly seq?: number; readonly replayed?: boolean },
): void {
  if (seq !== undefined) setSeqTag(response, seq);
  if (replayed === true) setReplayed(response);
  sendJson(response, status, answer);
}
