import type { EventStream } from "@session-ledger/http_api";
import type { SessionEntry } from "@session-ledger/schema_recorder";
import { isOpen } from "@session-ledger/session_domain";
import type { Clock } from "./clock.ts";
import { ServiceError } from "./service_error.ts";
import { eachLine, type SessionHistory } from "./session_history.ts";

export interface LiveTailsOptions {
  readonly history: SessionHistory;
  readonly clock: Clock;
  readonly heartbeat_ms: number;
  readonly tails_max: number;
}

/** How a tail begins. */
export interface TailStart {
  readonly entry: SessionEntry;
  /** The last line that the client has. */
  readonly after: number;
  /** Begins the answer, once there is room for the tail. */
  readonly open: () => EventStream;
}

/**
 * The live tails: each gives its client the lines of one session, then each further line as it is recorded, and at
 * last says that the session has ended. The recorder wakes a tail; while nothing happens it costs one timer for all.
 */
export class LiveTails {
  readonly #options: LiveTailsOptions;
  readonly #streams = new Set<EventStream>();
  readonly #stopping = new AbortController();
  #callOffBeat: (() => void) | undefined;

  constructor(options: LiveTailsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#streams.size;
  }

  /**
   * Follows a session until it has ended, its log was erased or archived, the client has left, or the server stops.
   * @throws ServiceError `TAILS_EXHAUSTED`, before the answer begins; later, RecorderError as the recorder's `tail`
   */
  async follow({ entry, after, open }: TailStart): Promise<void> {
    if (this.#streams.size >= this.#options.tails_max) throw new ServiceError("TAILS_EXHAUSTED");
    const stream = open();
    this.#streams.add(stream);
    this.#scheduleBeat();
    try {
      const ended = await this.#sendWhileItStands(stream, entry, after);
      if (ended !== undefined) await stream.event("end", JSON.stringify(ended));
      stream.end();
    } finally {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#callOffBeat?.();
    }
  }

  /** Ends every tail; none is begun from here on. Clients resume from their last event. */
  stop(): void {
    this.#stopping.abort();
    this.#callOffBeat?.();
    for (const stream of this.#streams) stream.end();
  }

  /**
   * A log that goes before its last line was sent ends the tail without a word of how the session ended: the client
   * has not seen that. One that resumes is told where the session went.
   */
  async #sendWhileItStands(stream: EventStream, entry: SessionEntry, after: number) {
    try {
      return await this.#send(stream, entry, after);
    } catch (error) {
      const present = await this.#options.history.refreshed(entry);
      if (present === undefined || present.archived_at !== undefined) return undefined;
      throw error;
    }
  }

  /** Sends lines until the session has ended, and says how it then stands; undefined if the tail was ended before. */
  async #send(stream: EventStream, entry: SessionEntry, after: number) {
    const { history } = this.#options;
    const signal = AbortSignal.any([stream.closed, this.#stopping.signal]);
    if (hasEnded(entry, after)) return endOf(entry);
    let known = entry;
    for await (const raw of history.tail(entry.log, after, signal)) {
      let seq = raw.first_seq;
      for (const line of eachLine(raw)) {
        await stream.message(seq, line);
        if (signal.aborted) return undefined;
        seq += 1;
      }
      if (raw.last_seq < known.state.seq) continue;
      const present = await history.refreshed(known);
      if (present === undefined) return undefined;
      known = present;
      if (hasEnded(known, raw.last_seq)) return endOf(known);
    }
    return undefined;
  }

  #scheduleBeat(): void {
    if (this.#callOffBeat !== undefined) return;
    const callOff = this.#options.clock.after(this.#options.heartbeat_ms, () => {
      this.#callOffBeat = undefined;
      for (const stream of this.#streams) void stream.comment("still here");
      if (this.#streams.size > 0) this.#scheduleBeat();
    });
    this.#callOffBeat = () => {
      this.#callOffBeat = undefined;
      callOff();
    };
  }
}

/** Whether line `seq` is the last one that the session will have, but for its deletion. */
function hasEnded({ state }: SessionEntry, seq: number): boolean {
  return !isOpen(state) && seq >= state.seq;
}

function endOf({ state }: SessionEntry) {
  return { state: state.status, seq: state.seq };
}
