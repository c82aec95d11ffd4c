import type { CallOptions, Transport } from "./transport.ts";

/** Whether the server records sessions now; if not, why. */
export type ServerReadiness =
  | { readonly status: "ready" }
  | { readonly status: "not_ready"; readonly reason: string };

/** What the server tells about itself. */
export class ServerClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Resolves if the process answers. */
  liveness(options?: CallOptions): Promise<{ readonly status: "alive" }> {
    return this.#transport.json({ method: "GET", path: "/livez" }, options);
  }

  /** Whether sessions can be recorded. A server that says no has answered, and is not asked again. */
  readiness(options?: CallOptions): Promise<ServerReadiness> {
    return this.#transport.json({ method: "GET", path: "/readyz", answers: [503] }, options);
  }

  /** The metrics in Prometheus's text format. For operators. */
  metrics(options?: CallOptions): Promise<string> {
    return this.#transport.text({ method: "GET", path: "/metrics", accept: "text/plain" }, options);
  }
}
