import type { LifecycleState, Line } from "@session-ledger/session_contract";
import type { EventSourceMessage } from "eventsource-parser";
import { withRetries } from "./retries.ts";
import { ServerEvents } from "./server_events.ts";
import { SessionClientError } from "./session_client_error.ts";
import type { Transport } from "./transport.ts";

export interface TailOptions {
  /** The `seq` of the last line that the caller has. Default 0: from the first line on. */
  readonly after?: number | undefined;
  readonly include_deleted?: boolean | undefined;
  /** Ends the tail, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How the session stands once its last line was given. */
export interface TailEnd {
  readonly state: LifecycleState;
  readonly seq: number;
}

/** The lines of a session, then each further one as soon as it is durable. It returns when the session has ended. */
export type SessionTail = AsyncGenerator<Line, TailEnd, undefined>;

/** A connection that has shown a sign of life, and what it brought with it. */
interface OpenTail {
  readonly events: ServerEvents;
  readonly first: readonly EventSourceMessage[];
}

/**
 * Follows a session over any number of connections. Each resumes after the last line that came whole, so every line is
 * given once. A connection that was alive and is cut costs no retry, however often that happens; one that brings nothing
 * does.
 * @throws SessionClientError once the retries are used up, or for what no retry mends
 */
export async function* followSession(
  transport: Transport,
  session_id: string,
  { after = 0, include_deleted, signal }: TailOptions,
): SessionTail {
  const { settings } = transport;
  const open = async (last_seq: number): Promise<OpenTail> => {
    const response = await transport.openOnce(
      {
        path: `/session_manager/sessions/${encodeURIComponent(session_id)}/events`,
        query: { include_deleted },
        accept: "text/event-stream",
        headers: { "Last-Event-ID": String(last_seq) },
      },
      signal,
    );
    const events = new ServerEvents(response, settings.tail_silence_ms_max);
    const first = await events.read();
    if (first === undefined) {
      throw new SessionClientError("CONNECTION_FAILED", "the tail was cut before it brought anything");
    }
    return { events, first };
  };

  let seq = after;
  for (;;) {
    const { events, first } = await withRetries(settings, signal, () => open(seq));
    try {
      for (let messages = first; messages !== undefined; ) {
        for (const { event, data } of messages) {
          if (event === "end") return JSON.parse(data) as TailEnd;
          // A later server may send events of other names.
          if (event !== undefined) continue;
          const line = JSON.parse(data) as Line;
          assertFollows(line, seq);
          seq = line.seq;
          yield line;
        }
        const next = await events.read();
        if (next === undefined) break;
        messages = next;
      }
    } finally {
      await events.cancel();
    }
  }
}

/** The other half of the server's promise: without a gap or a repeat. */
export function assertFollows(line: Line, seq: number): void {
  if (line.seq === seq + 1) return;
  throw new SessionClientError("ANSWER_UNEXPECTED", `line ${line.seq} came after line ${seq}`);
}
