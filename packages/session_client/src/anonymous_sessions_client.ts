import type { AnonymousSession } from "@session-ledger/session_contract";
import type { CallOptions, Transport } from "./transport.ts";

const FACE = "/api/v1/sessions";

/** The face of sessions that name no one. */
export class AnonymousSessionsClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a session; every call a new one. */
  create(options?: CallOptions): Promise<AnonymousSession> {
    return this.#transport.json({ method: "POST", path: FACE, body: {} }, options);
  }

  get(session_id: string, options?: CallOptions): Promise<AnonymousSession> {
    return this.#transport.json({ method: "GET", path: sessionPath(session_id) }, options);
  }

  /** Erases a session for good. */
  delete(session_id: string, options?: CallOptions): Promise<void> {
    return this.#transport.delete(sessionPath(session_id), options);
  }
}

function sessionPath(session_id: string): string {
  return `${FACE}/${encodeURIComponent(session_id)}`;
}
