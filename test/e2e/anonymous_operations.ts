import type { OutgoingHttpHeaders } from "node:http";
import { type Answered, ask } from "./http_exchange.ts";

export const ANONYMOUS = "/api/v1/sessions";

/** Creates an anonymous session, and gives its id. */
export async function createAnonymous(url: string, headers: OutgoingHttpHeaders = {}): Promise<string> {
  const { status, body, text } = await ask(url, { method: "POST", path: ANONYMOUS, headers });
  if (status !== 201) throw new Error(`The creation was answered ${status}: ${text}`);
  return String(body["session_id"]);
}

export function getAnonymous(url: string, session_id: string): Promise<Answered> {
  return ask(url, { path: `${ANONYMOUS}/${session_id}` });
}

export function deleteAnonymous(url: string, session_id: string): Promise<Answered> {
  return ask(url, { method: "DELETE", path: `${ANONYMOUS}/${session_id}` });
}
