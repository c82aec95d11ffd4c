import type { Line } from "@session-ledger/session_contract";
import { LineStream } from "./line_stream.ts";
import { assertFollows } from "./live_tail.ts";
import { withRetries } from "./retries.ts";
import { SessionClientError } from "./session_client_error.ts";
import type { Transport } from "./transport.ts";

export interface LinesOptions {
  /** The `seq` of the last line that the caller has. Default 0: from the first line on. */
  readonly after?: number | undefined;
  readonly include_deleted?: boolean | undefined;
  /** Ends the reading, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The lines of a session up to the last one that it has now, in one answer. One that breaks off is gone on with after
 * its last whole line, and costs no retry if it brought any.
 * @throws SessionClientError once the retries are used up, or for what no retry mends
 */
export async function* readSessionLines(
  transport: Transport,
  session_id: string,
  { after = 0, include_deleted, signal }: LinesOptions,
): AsyncGenerator<Line, void, undefined> {
  const { settings } = transport;
  const open = async (last_seq: number) => {
    const request = {
      path: `/session_manager/sessions/${encodeURIComponent(session_id)}/events`,
      query: { include_deleted, after: last_seq },
      accept: "application/x-ndjson",
    };
    const stream = new LineStream(await transport.openOnce(request, signal), settings.tail_silence_ms_max);
    return { stream, first: await stream.read() };
  };

  let seq = after;
  for (;;) {
    const { stream, first } = await withRetries(settings, signal, () => open(seq));
    try {
      for (let lines = first; lines !== undefined; lines = await stream.read()) {
        for (const line of lines) {
          assertFollows(line, seq);
          seq = line.seq;
          yield line;
        }
      }
      return;
    } catch (error) {
      if (!(error instanceof SessionClientError) || error.code !== "CONNECTION_FAILED") throw error;
    } finally {
      await stream.cancel();
    }
  }
}
