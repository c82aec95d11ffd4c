import type {
  A3CPMessage,
  AppendReceipt,
  ArchiveInput,
  AuditEntry,
  EraseInput,
  LifecycleState,
  Line,
  OperatorReport,
  RestoreInput,
  SessionLookup,
  SessionManagerDeleteInput,
  SessionManagerDeleteOutput,
  SessionManagerEndInput,
  SessionManagerEndOutput,
  SessionManagerPauseInput,
  SessionManagerPauseOutput,
  SessionManagerResumeInput,
  SessionManagerResumeOutput,
  SessionManagerStartInput,
  SessionManagerStartOutput,
  SessionManagerValidateInput,
  SessionPage,
  SessionSummary,
  SessionValidity,
  StartedKind,
} from "@session-ledger/session_contract";
import { followSession, type SessionTail, type TailOptions } from "./live_tail.ts";
import { everyItem } from "./pages.ts";
import { type LinesOptions, readSessionLines } from "./session_lines.ts";
import type { CallOptions, Transport } from "./transport.ts";

const FACE = "/session_manager";

export interface LookUpQuery {
  /** Whether a deleted session is found too. */
  readonly include_deleted?: boolean | undefined;
  /** Gives the session as it was after this line. */
  readonly at_seq?: number | undefined;
}

/** Which sessions a list holds. Times are ISO 8601 with a zone. */
export interface ListQuery {
  readonly user_id?: string | undefined;
  readonly state?: LifecycleState | undefined;
  readonly kind?: StartedKind | undefined;
  readonly include_deleted?: boolean | undefined;
  readonly started_after?: string | undefined;
  readonly started_before?: string | undefined;
  /** How many sessions a page holds at the most: 1 to 200. */
  readonly limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Which lines of a session are asked for. */
export interface EventsQuery {
  /** Only the lines after this one. */
  readonly after?: number | undefined;
  /** How many lines a page holds at the most: 1 to 200. */
  readonly limit?: number | undefined;
  readonly include_deleted?: boolean | undefined;
}

/** One page of a session's lines. */
export interface EventsPage {
  readonly events: readonly Line[];
  /** The next page's `after`; null if nothing follows. */
  readonly next_after: number | null;
}

/** The faces of `session_manager`: sessions, what happens to them, and their messages. */
export class SessionManagerClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  start(input: SessionManagerStartInput, options?: CallOptions): Promise<SessionManagerStartOutput> {
    return this.#command("start", input, options);
  }

  end(input: SessionManagerEndInput, options?: CallOptions): Promise<SessionManagerEndOutput> {
    return this.#command("end", input, options);
  }

  pause(input: SessionManagerPauseInput, options?: CallOptions): Promise<SessionManagerPauseOutput> {
    return this.#command("pause", input, options);
  }

  resume(input: SessionManagerResumeInput, options?: CallOptions): Promise<SessionManagerResumeOutput> {
    return this.#command("resume", input, options);
  }

  delete(input: SessionManagerDeleteInput, options?: CallOptions): Promise<SessionManagerDeleteOutput> {
    return this.#command("delete", input, options);
  }

  /** Whether a session is open. */
  validate(input: SessionManagerValidateInput, options?: CallOptions): Promise<SessionValidity> {
    return this.#command("validate", input, options);
  }

  /** Archives sessions that have ended. For operators, as the two that follow. */
  archive(input: ArchiveInput, options?: CallOptions): Promise<OperatorReport> {
    return this.#command("archive", input, options);
  }

  /** Brings an archived session back. */
  restore(input: RestoreInput, options?: CallOptions): Promise<OperatorReport> {
    return this.#command("restore", input, options);
  }

  /** Erases deleted sessions, or the content of one line, for good. */
  erase(input: EraseInput, options?: CallOptions): Promise<OperatorReport> {
    return this.#command("erase", input, options);
  }

  /** Records a message, unchanged. */
  append(message: A3CPMessage, options?: CallOptions): Promise<AppendReceipt> {
    return this.#transport.json({ method: "POST", path: "/schema-recorder/append", body: message }, options);
  }

  lookUp(session_id: string, query: LookUpQuery = {}, options?: CallOptions): Promise<SessionLookup> {
    return this.#read(sessionPath(session_id), query, options);
  }

  /** One page of the list of sessions, the newest first. */
  page(query: ListQuery = {}, options?: CallOptions): Promise<SessionPage> {
    return this.#read(`${FACE}/sessions`, query, options);
  }

  /** Every session of a list, the newest first, page by page; those that start meanwhile are left out. */
  sessions(query: ListQuery = {}, options?: CallOptions): AsyncGenerator<SessionSummary, void, undefined> {
    return everyItem(async (cursor: string | undefined = query.cursor) => {
      const { sessions, next_cursor } = await this.page({ ...query, cursor }, options);
      return { items: sessions, next: next_cursor ?? undefined };
    });
  }

  /** Every transition of a session, the first one first. */
  async audit(session_id: string, options?: CallOptions): Promise<readonly AuditEntry[]> {
    const path = `${sessionPath(session_id)}/audit`;
    return (await this.#read<{ audit: readonly AuditEntry[] }>(path, {}, options)).audit;
  }

  /** One page of a session's lines. */
  eventsPage(session_id: string, query: EventsQuery = {}, options?: CallOptions): Promise<EventsPage> {
    return this.#read(`${sessionPath(session_id)}/events`, query, options);
  }

  /** Every line that a session has by the time its last page is read. */
  events(
    session_id: string,
    query: EventsQuery = {},
    options?: CallOptions,
  ): AsyncGenerator<Line, void, undefined> {
    return everyItem(async (after: number | undefined = query.after) => {
      const { events, next_after } = await this.eventsPage(session_id, { ...query, after }, options);
      return { items: events, next: next_after ?? undefined };
    });
  }

  /** Every line that a session has now, in one answer however long the log is. */
  lines(session_id: string, options: LinesOptions = {}): AsyncGenerator<Line, void, undefined> {
    return readSessionLines(this.#transport, session_id, options);
  }

  /** A session's lines, then each further one as soon as it is durable, over any number of connections. */
  tail(session_id: string, options: TailOptions = {}): SessionTail {
    return followSession(this.#transport, session_id, options);
  }

  #command<Answer>(name: string, body: object, options?: CallOptions): Promise<Answer> {
    return this.#transport.json({ method: "POST", path: `${FACE}/sessions.${name}`, body }, options);
  }

  #read<Answer>(path: string, query: LookUpQuery | ListQuery | EventsQuery, options?: CallOptions) {
    return this.#transport.json<Answer>({ method: "GET", path, query: { ...query } }, options);
  }
}

function sessionPath(session_id: string): string {
  return `${FACE}/sessions/${encodeURIComponent(session_id)}`;
}
