/** How a client reaches the server, and how patient it is. Times are in milliseconds unless the name says seconds. */
export interface ClientOptions {
  /** Where the server answers, such as `http://localhost:3000`; a path before the faces' own is kept. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. Default: none, for a server without keys. */
  readonly api_key?: string;
  /** How long one attempt may take, its answer included; of a stream, its beginning. Default: 30 s. */
  readonly attempt_ms_max?: number;
  /** How often a call is tried again. Default: 5. */
  readonly retries_max?: number;
  /** The wait before the first retry; it doubles with each, and up to as much again is added by chance. Default: 100. */
  readonly backoff_ms_min?: number;
  /** The longest such wait. Default: 10 s. */
  readonly backoff_ms_max?: number;
  /** A `Retry-After` beyond this is not waited for: the call fails, and tells it. Default: 30. */
  readonly retry_after_seconds_max?: number;
  /** A live tail that hears nothing for so long, no heartbeat either, is cut and resumed. Default: 60 s. */
  readonly tail_silence_ms_max?: number;
  /** Sends the requests. Default: the platform's `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** The options with every default filled in. */
export type ClientSettings = Required<Omit<ClientOptions, "api_key">> & Pick<ClientOptions, "api_key">;

/** @throws TypeError for a `url` that is none */
export function settingsOf(options: ClientOptions): ClientSettings {
  return {
    attempt_ms_max: 30_000,
    retries_max: 5,
    backoff_ms_min: 100,
    backoff_ms_max: 10_000,
    retry_after_seconds_max: 30,
    tail_silence_ms_max: 60_000,
    fetch: (request) => fetch(request),
    ...options,
    url: new URL(options.url).href.replace(/\/$/, ""),
  };
}
