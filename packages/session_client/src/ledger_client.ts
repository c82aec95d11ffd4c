import { AnonymousSessionsClient } from "./anonymous_sessions_client.ts";
import { type ClientOptions, settingsOf } from "./client_options.ts";
import { ServerClient } from "./server_client.ts";
import { SessionBackendClient } from "./session_backend_client.ts";
import { SessionManagerClient } from "./session_manager_client.ts";
import { Transport } from "./transport.ts";

/** A client of one server, with a part for each of its faces and one for the server itself. It holds no connection of its own to be closed. */
export interface LedgerClient {
  readonly session_manager: SessionManagerClient;
  readonly anonymous_sessions: AnonymousSessionsClient;
  readonly session_backend: SessionBackendClient;
  readonly server: ServerClient;
}

/** @throws TypeError for a `url` that is none */
export function createLedgerClient(options: ClientOptions): LedgerClient {
  const transport = new Transport(settingsOf(options));
  return {
    session_manager: new SessionManagerClient(transport),
    anonymous_sessions: new AnonymousSessionsClient(transport),
    session_backend: new SessionBackendClient(transport),
    server: new ServerClient(transport),
  };
}
