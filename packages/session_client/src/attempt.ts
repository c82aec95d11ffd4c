import { failedAnswer } from "./failed_answer.ts";
import { SessionClientError } from "./session_client_error.ts";

export interface AttemptLimits {
  readonly attempt_ms_max: number;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** The statuses that are no failures, beside 200 to 299. */
  readonly answers: readonly number[];
  readonly fetch: (request: Request) => Promise<Response>;
}

/**
 * Sends a request once, and takes what it needs of the answer within the attempt's time. What `take` leaves of the body
 * is limited by the caller's signal alone.
 * @throws SessionClientError; the reason of `signal` if it is aborted
 */
export async function attemptOnce<Result>(
  url: string,
  init: RequestInit,
  limits: AttemptLimits,
  take: (response: Response) => Promise<Result>,
): Promise<Result> {
  const timed_out = new AbortController();
  const signal =
    limits.signal === undefined ? timed_out.signal : AbortSignal.any([timed_out.signal, limits.signal]);
  const request = new Request(url, { ...init, redirect: "manual", signal });
  const timer = setTimeout(() => timed_out.abort(), limits.attempt_ms_max);
  try {
    const response = await limits.fetch(request);
    if (!response.ok && !limits.answers.includes(response.status)) throw await failedAnswer(response);
    return await take(response);
  } catch (error) {
    if (error instanceof SessionClientError) throw error;
    limits.signal?.throwIfAborted();
    if (timed_out.signal.aborted) {
      throw new SessionClientError("ATTEMPT_TIMED_OUT", `no answer in ${limits.attempt_ms_max} ms`);
    }
    throw new SessionClientError("CONNECTION_FAILED", "the connection failed", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
