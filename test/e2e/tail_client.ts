import { get, type IncomingMessage } from "node:http";

/** An event of a live tail; `end` has no id. */
export interface TailEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

export interface TailRequest {
  readonly last_event_id?: string | undefined;
  /** The client cuts the connection once it has received so many bytes. Default: never. */
  readonly cut_after_bytes?: number;
  readonly onEvent?: (event: TailEvent) => void;
}

/**
 * Follows a session, and gives each event that came whole, up to the end of the answer or its cut. Rejects if the
 * answer is no live tail.
 */
export function followSession(
  url: string,
  session_id: string,
  request: TailRequest = {},
): Promise<TailEvent[]> {
  const { last_event_id, cut_after_bytes = Number.POSITIVE_INFINITY, onEvent = () => {} } = request;
  const headers = {
    Accept: "text/event-stream",
    ...(last_event_id !== undefined && { "Last-Event-ID": last_event_id }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<TailEvent[]>();
  const path = `${url}/session_manager/sessions/${session_id}/events`;
  const sent = get(path, { headers, agent: false }, (response: IncomingMessage) => {
    if (response.statusCode !== 200) reject(new Error(`The tail was answered ${response.statusCode}.`));
    const events: TailEvent[] = [];
    let bytes_left = cut_after_bytes;
    let text = "";
    response.on("data", (chunk: Buffer) => {
      text += chunk.subarray(0, bytes_left).toString("latin1");
      bytes_left -= chunk.length;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parseEvent(Buffer.from(text.slice(0, end), "latin1").toString());
        text = text.slice(end + 2);
        if (event === undefined) continue;
        events.push(event);
        onEvent(event);
      }
      if (bytes_left <= 0) response.destroy();
    });
    // A cut is an error to Node, and an end like any other here.
    response.on("error", () => {});
    response.on("close", () => resolve(events));
  });
  sent.on("error", reject);
  return promise;
}

/** Undefined for a comment. */
function parseEvent(block: string): TailEvent | undefined {
  const field = (name: string): string | undefined =>
    block
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field("data");
  return data === undefined ? undefined : { id: field("id"), event: field("event"), data };
}
