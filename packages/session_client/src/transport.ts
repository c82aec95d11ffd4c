import { type AttemptLimits, attemptOnce } from "./attempt.ts";
import type { ClientSettings } from "./client_options.ts";
import { withRetries } from "./retries.ts";
import { SessionClientError } from "./session_client_error.ts";

/** What a caller may say about one call. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Of a POST: its key. Default: a random one for each call, so that its retries are carried out once. */
  readonly idempotency_key?: string | undefined;
  /** The `seq` at which the session must stand; otherwise `PRECONDITION_FAILED`. */
  readonly if_match?: number | undefined;
}

/** One request of a face. */
export interface FaceRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  /** The statuses that are answers too, beside 200 to 299, and no failures. */
  readonly answers?: readonly number[];
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_MEDIA_TYPE = "application/json";

/**
 * Sends requests, again where that is safe: a GET, a PUT and a DELETE are the same however often they are sent, and a
 * POST carries an `Idempotency-Key` that its retries share, with the very same bytes of the body.
 */
export class Transport {
  readonly settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.settings = settings;
  }

  /** Sends a request, and gives the JSON of its answer. */
  async json<Answer>(request: FaceRequest, options: CallOptions = {}): Promise<Answer> {
    return this.#send(request, options, async (response) => {
      const text = await response.text();
      try {
        return JSON.parse(text) as Answer;
      } catch (cause) {
        const { status } = response;
        throw new SessionClientError("ANSWER_UNEXPECTED", "the answer is not JSON", { status, cause });
      }
    });
  }

  /** Sends a request, and gives the text of its answer. */
  text(request: FaceRequest, options: CallOptions = {}): Promise<string> {
    return this.#send(request, options, (response) => response.text());
  }

  /**
   * Sends a DELETE. One that may have been carried out by an attempt whose answer was lost finds nothing to delete any
   * more, and has done what it was sent for.
   */
  async delete(path: string, options: CallOptions = {}, query?: FaceRequest["query"]): Promise<void> {
    let may_be_done = false;
    const send = this.#prepare({ method: "DELETE", path, query }, options, async (response) => {
      await response.body?.cancel();
    });
    await withRetries(this.settings, options.signal, async () => {
      try {
        await send();
      } catch (error) {
        if (!(error instanceof SessionClientError)) throw error;
        if (may_be_done && error.status === 404) return;
        may_be_done ||= error.outcome_unknown;
        throw error;
      }
    });
  }

  /** Sends a GET once, and gives its answer as soon as that begins. */
  openOnce(request: Omit<FaceRequest, "method">, signal: AbortSignal | undefined): Promise<Response> {
    return this.#prepare({ ...request, method: "GET" }, { signal }, async (response) => response)();
  }

  #send<Result>(
    request: FaceRequest,
    options: CallOptions,
    take: (response: Response) => Promise<Result>,
  ): Promise<Result> {
    return withRetries(this.settings, options.signal, this.#prepare(request, options, take));
  }

  /** An attempt that may be made any number of times: the same bytes under the same key. */
  #prepare<Result>(
    request: FaceRequest,
    options: CallOptions,
    take: (response: Response) => Promise<Result>,
  ): () => Promise<Result> {
    const { method, path, query, body, answers = [] } = request;
    const url = `${this.settings.url}${path}${queryText(query)}`;
    const headers = this.#headers(request, options);
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const { attempt_ms_max, fetch } = this.settings;
    const limits: AttemptLimits = { attempt_ms_max, fetch, signal: options.signal, answers };
    return () => attemptOnce(url, init, limits, take);
  }

  #headers(
    { method, body, accept = JSON_MEDIA_TYPE, headers }: FaceRequest,
    { idempotency_key = crypto.randomUUID(), if_match }: CallOptions,
  ): Record<string, string> {
    const { api_key } = this.settings;
    return {
      Accept: accept,
      ...(api_key !== undefined && { Authorization: `Bearer ${api_key}` }),
      ...(body !== undefined && { "Content-Type": JSON_MEDIA_TYPE }),
      ...(method === "POST" && { "Idempotency-Key": idempotency_key }),
      ...(if_match !== undefined && { "If-Match": `"${if_match}"` }),
      ...headers,
    };
  }
}

function queryText(query: FaceRequest["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? "" : `?${parameters}`;
}
