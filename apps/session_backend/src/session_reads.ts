import type { Slices } from "@session-ledger/http_api";
import {
  faultError,
  type LogName,
  type Outcome,
  type Recorder,
  RecorderError,
} from "@session-ledger/schema_recorder";
import type {
  Agent,
  AgentMessage,
  AgentSession as AgentSessionAnswer,
} from "@session-ledger/session_contract";
import {
  type AgentSession,
  agentRow,
  type MessageIndex,
  type MessageRow,
  messageRow,
  SessionRejected,
  sessionRow,
} from "@session-ledger/session_domain";
import { ContentGone, Contents } from "./contents.ts";
import type { FoldedSessions } from "./folded_sessions.ts";
import type { MessagePageRequest, PageRequest } from "./models.ts";
import { inSlices } from "./slices.ts";

/** How often an answer is made anew because what it was made of was erased or hidden. */
const ATTEMPTS_MAX = 3;

/** How many sessions a list reads at once: 16 MiB of lines at the most. */
const SLICE_SESSIONS = 32;

/** The sessions of agents that are listed: all of them, since a deleted one is erased. */
const LISTED = { kinds: ["agent"], states: ["active"] } as const;

/** A page of something, and of how many in all. */
export interface Page<Item> {
  readonly items: Slices<Item>;
  readonly total: number;
}

export interface MessagePage extends Page<AgentMessage> {
  /** The last message of the page, if others follow it. */
  readonly last?: number;
}

export interface SessionReadsOptions {
  readonly recorder: Recorder;
  readonly sessions: FoldedSessions;
}

/** Answers about what there is. They wait for nothing that is being recorded. */
export class SessionReads {
  readonly #options: SessionReadsOptions;
  readonly #contents: Contents;

  constructor(options: SessionReadsOptions) {
    this.#options = options;
    this.#contents = new Contents(options.recorder);
  }

  /** @throws SessionRejected `SESSION_NOT_FOUND` */
  session(log: LogName): Promise<Outcome<AgentSessionAnswer>> {
    return this.#answer(log, (session) => this.#contents.session(log, sessionRow(session)));
  }

  /** The sessions of an owner, the newest first. */
  async list(owner: string, { page, page_size }: PageRequest): Promise<Page<AgentSessionAnswer>> {
    const { recorder } = this.#options;
    const total = await recorder.count({ user_id: owner, ...LISTED });
    const skip = (page - 1) * page_size;
    if (skip >= total) return { items: { first: [] }, total };
    const query = { user_id: owner, ...LISTED, skip, limit: page_size };
    const { entries } = await recorder.list(query);
    // A session that is known to be damaged is told of before the answer begins, wherever on the page it stands.
    for (const { fault } of entries) if (fault !== undefined) throw faultError(fault);
    const items = await inSlices(entries, async (rest) => {
      const answers: (AgentSessionAnswer | undefined)[] = [];
      for (const { log } of rest.slice(0, SLICE_SESSIONS)) answers.push(await this.#listed(log));
      return answers;
    });
    return { items, total };
  }

  /** @throws SessionRejected `SESSION_NOT_FOUND`, `AGENT_NOT_FOUND` */
  agent(log: LogName, agent_id: string): Promise<Outcome<Agent>> {
    return this.#answer(log, async (session) => {
      const [agent] = await this.#contents.agents(log, [agentRow(session, agent_id)]);
      return agent!;
    });
  }

  /** The agents of a session, the oldest first. Throws as `session` does. */
  agents(log: LogName, { page, page_size }: PageRequest): Promise<Outcome<Page<Agent>>> {
    return this.#answer(log, async (session) => {
      sessionRow(session);
      const rows = session.agents.values().drop(pageStart(page, page_size)).take(page_size);
      const items = await inSlices([...rows], (rest) => this.#contents.agents(log, rest));
      return { items, total: session.agents.size };
    });
  }

  /** @throws SessionRejected `SESSION_NOT_FOUND`, `AGENT_NOT_FOUND`, `MESSAGE_NOT_FOUND` */
  message(log: LogName, agent_id: string, message_id: number): Promise<Outcome<AgentMessage>> {
    return this.#answer(log, async (session) => {
      const row = messageRow(session, agent_id, message_id);
      const [message] = await this.#contents.messages(log, [row]);
      return message!;
    });
  }

  /**
   * The messages of an agent, by their ids. Throws as `agent` does; a message that is hidden or deleted once the page is
   * begun is not read for it any more: `STORE_UNAVAILABLE`.
   */
  messages(log: LogName, agent_id: string, request: MessagePageRequest): Promise<Outcome<MessagePage>> {
    return this.#answer(log, async (session) => {
      const { messages } = agentRow(session, agent_id);
      const total = messages.size;
      const { rows, follows } = messageRows(messages, request);
      const items = await inSlices(rows, async (rest) => {
        const answers = await this.#contents.messages(log, rest);
        await this.#assertShown(log, agent_id, rest.slice(0, answers.length));
        return answers;
      });
      const last = rows.at(-1);
      return { items, total, ...(follows && last !== undefined && { last: last.message_id }) };
    });
  }

  /** A session as a list shows it; undefined for one that was deleted meanwhile. */
  async #listed(log: LogName): Promise<AgentSessionAnswer | undefined> {
    try {
      return (await this.session(log)).answer;
    } catch (error) {
      if (error instanceof SessionRejected && error.code === "SESSION_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** A slow client takes its time over a page, and what is hidden meanwhile is hidden from it too. */
  async #assertShown(log: LogName, agent_id: string, rows: readonly MessageRow[]): Promise<void> {
    const { session } = await this.#options.sessions.get(log);
    const messages = session.agents.get(agent_id)?.messages;
    for (const { message_id, redaction_seq } of rows) {
      if (messages?.get(message_id)?.redaction_seq !== redaction_seq) throw new ContentGone();
    }
  }

  async #answer<Answer>(
    log: LogName,
    make: (session: AgentSession) => Promise<Answer>,
  ): Promise<Outcome<Answer>> {
    for (let attempts = 1; ; attempts += 1) {
      const { session } = await this.#options.sessions.get(log);
      const { seq } = session;
      try {
        return { answer: await make(session), seq };
      } catch (error) {
        if (attempts === ATTEMPTS_MAX || !hasChanged(error)) throw error;
      }
    }
  }
}

/** Where a page begins. A page so far off that no number is exact there is past the end all the same. */
function pageStart(page: number, page_size: number): number {
  return Math.min((page - 1) * page_size, Number.MAX_SAFE_INTEGER);
}

function messageRows(
  messages: MessageIndex,
  { page, page_size, order, behind }: MessagePageRequest,
): { readonly rows: MessageRow[]; readonly follows: boolean } {
  if (order === "asc") {
    const start = behind === undefined ? pageStart(page, page_size) : messages.rankOf(behind + 1);
    const rows = messages.slice(start, page_size);
    return { rows, follows: start + rows.length < messages.size };
  }
  const end = behind === undefined ? messages.size - pageStart(page, page_size) : messages.rankOf(behind);
  const start = Math.max(0, end - page_size);
  const rows = end <= 0 ? [] : messages.slice(start, end - start).reverse();
  return { rows, follows: end > 0 && start > 0 };
}

/** Whether the log was replaced or erased while it was read, so that the session is to be asked anew. */
function hasChanged(error: unknown): boolean {
  if (error instanceof ContentGone) return true;
  return error instanceof RecorderError && ["LOG_NOT_FOUND", "SEQ_NOT_FOUND"].includes(error.code);
}
