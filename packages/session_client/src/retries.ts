import { setTimeout as wait } from "node:timers/promises";
import pRetry from "p-retry";
import type { ClientSettings } from "./client_options.ts";
import { SessionClientError } from "./session_client_error.ts";

/**
 * Attempts until one succeeds, fails for good, or the retries are used up. Between two attempts it waits as long as
 * `Retry-After` says, and then a backoff, so that clients who were sent away together do not come back together.
 * @throws SessionClientError of the last attempt; the reason of `signal` if it is aborted
 */
export function withRetries<Result>(
  settings: ClientSettings,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Result>,
): Promise<Result> {
  return pRetry(attempt, {
    retries: settings.retries_max,
    minTimeout: settings.backoff_ms_min,
    maxTimeout: settings.backoff_ms_max,
    randomize: true,
    ...(signal !== undefined && { signal }),
    shouldRetry: async ({ error }) => {
      if (!(error instanceof SessionClientError) || !error.passes) return false;
      const { retry_after_seconds = 0 } = error;
      if (retry_after_seconds > settings.retry_after_seconds_max) return false;
      // An aborted wait is not told here: pRetry looks at the signal next, and throws its reason.
      await wait(retry_after_seconds * 1_000, undefined, signal === undefined ? {} : { signal }).catch(
        () => {},
      );
      return true;
    },
  });
}
