import type {
  Agent,
  AgentCreateInput,
  AgentMessage,
  AgentMessageCreateInput,
  AgentMessageUpdateInput,
  AgentSession,
  AgentSessionCreateInput,
  AgentSessionUpdateInput,
  AgentUpdateInput,
} from "@session-ledger/session_contract";
import { everyItem } from "./pages.ts";
import type { CallOptions, FaceRequest, Transport } from "./transport.ts";

const FACE = "/session_backend/api/v1";

/** Which page of a list is asked for. */
export interface PageQuery {
  /** From 1, the default. */
  readonly page?: number | undefined;
  /** 1 to 1,000, by default 10. */
  readonly page_size?: number | undefined;
}

/** Which page of an agent's messages is asked for. */
export interface MessagesQuery extends PageQuery {
  /** By `message_id`; `asc` is the default. */
  readonly order?: "asc" | "desc" | undefined;
  /** The `next_cursor` of the page before, in place of `page`. */
  readonly cursor?: string | undefined;
}

/** What every page tells beside its items. */
export interface PageTotals {
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
}

export type AgentSessionsPage = PageTotals & { readonly sessions: readonly AgentSession[] };
export type AgentsPage = PageTotals & { readonly agents: readonly Agent[] };
export type AgentMessagesPage = Omit<PageTotals, "page"> & {
  /** Null for a page that was asked for by its cursor. */
  readonly page: number | null;
  readonly messages: readonly AgentMessage[];
  /** Where the next page begins; null on the last. */
  readonly next_cursor: string | null;
};

/** How many items an iterator asks for at once, where its caller does not say. */
const PAGE_SIZE = 100;

/** The face of sessions of agents. Its objects are those of one owner. */
export class SessionBackendClient {
  readonly #transport: Transport;
  readonly #user_id: string | undefined;

  /** `user_id` names the owner, which only a service key may do. Default: the key's user, or none. */
  constructor(transport: Transport, user_id?: string) {
    this.#transport = transport;
    this.#user_id = user_id;
  }

  /** The same face for the sessions of one user. */
  ofUser(user_id: string): SessionBackendClient {
    return new SessionBackendClient(this.#transport, user_id);
  }

  createSession(input: AgentSessionCreateInput, options?: CallOptions): Promise<AgentSession> {
    return this.#json({ method: "POST", path: sessionPath(), body: input }, options);
  }

  getSession(session_id: string, options?: CallOptions): Promise<AgentSession> {
    return this.#json({ method: "GET", path: sessionPath(session_id) }, options);
  }

  /** Changes the fields that are given. */
  updateSession(
    session_id: string,
    input: AgentSessionUpdateInput,
    options?: CallOptions,
  ): Promise<AgentSession> {
    return this.#json({ method: "PUT", path: sessionPath(session_id), body: input }, options);
  }

  /** Erases a session with its agents and their messages. */
  deleteSession(session_id: string, options?: CallOptions): Promise<void> {
    return this.#delete(sessionPath(session_id), options);
  }

  /** One page of the sessions, the newest first. */
  sessionsPage(query: PageQuery = {}, options?: CallOptions): Promise<AgentSessionsPage> {
    return this.#json({ method: "GET", path: sessionPath(), query: { ...query } }, options);
  }

  /** Every session, the newest first. One that is created meanwhile shifts the pages, so that another comes twice. */
  sessions(query: PageQuery = {}, options?: CallOptions): AsyncGenerator<AgentSession, void, undefined> {
    return everyPage(query, async (at) => {
      const page = await this.sessionsPage(at, options);
      return { ...page, items: page.sessions };
    });
  }

  createAgent(session_id: string, input: AgentCreateInput, options?: CallOptions): Promise<Agent> {
    return this.#json({ method: "POST", path: agentPath(session_id), body: input }, options);
  }

  getAgent(session_id: string, agent_id: string, options?: CallOptions): Promise<Agent> {
    return this.#json({ method: "GET", path: agentPath(session_id, agent_id) }, options);
  }

  /** Changes the fields that are given. */
  updateAgent(
    session_id: string,
    agent_id: string,
    input: AgentUpdateInput,
    options?: CallOptions,
  ): Promise<Agent> {
    return this.#json({ method: "PUT", path: agentPath(session_id, agent_id), body: input }, options);
  }

  /** Deletes an agent with its messages. */
  deleteAgent(session_id: string, agent_id: string, options?: CallOptions): Promise<void> {
    return this.#delete(agentPath(session_id, agent_id), options);
  }

  /** One page of a session's agents, the oldest first. */
  agentsPage(session_id: string, query: PageQuery = {}, options?: CallOptions): Promise<AgentsPage> {
    return this.#json({ method: "GET", path: agentPath(session_id), query: { ...query } }, options);
  }

  /** Every agent of a session, the oldest first. */
  agents(
    session_id: string,
    query: PageQuery = {},
    options?: CallOptions,
  ): AsyncGenerator<Agent, void, undefined> {
    return everyPage(query, async (at) => {
      const page = await this.agentsPage(session_id, at, options);
      return { ...page, items: page.agents };
    });
  }

  createMessage(
    session_id: string,
    agent_id: string,
    input: AgentMessageCreateInput,
    options?: CallOptions,
  ): Promise<AgentMessage> {
    return this.#json({ method: "POST", path: messagePath(session_id, agent_id), body: input }, options);
  }

  getMessage(
    session_id: string,
    agent_id: string,
    message_id: number,
    options?: CallOptions,
  ): Promise<AgentMessage> {
    return this.#json({ method: "GET", path: messagePath(session_id, agent_id, message_id) }, options);
  }

  /** Changes a message, or hides it behind `redact_message`. */
  updateMessage(
    session_id: string,
    agent_id: string,
    message_id: number,
    input: AgentMessageUpdateInput,
    options?: CallOptions,
  ): Promise<AgentMessage> {
    const path = messagePath(session_id, agent_id, message_id);
    return this.#json({ method: "PUT", path, body: input }, options);
  }

  deleteMessage(
    session_id: string,
    agent_id: string,
    message_id: number,
    options?: CallOptions,
  ): Promise<void> {
    return this.#delete(messagePath(session_id, agent_id, message_id), options);
  }

  /** One page of an agent's messages, by `message_id`. */
  messagesPage(
    session_id: string,
    agent_id: string,
    query: MessagesQuery = {},
    options?: CallOptions,
  ): Promise<AgentMessagesPage> {
    const path = messagePath(session_id, agent_id);
    return this.#json({ method: "GET", path, query: { ...query } }, options);
  }

  /** Every message of an agent, by `message_id`, in either order: each comes once, whatever is added meanwhile. */
  messages(
    session_id: string,
    agent_id: string,
    query: MessagesQuery = {},
    options?: CallOptions,
  ): AsyncGenerator<AgentMessage, void, undefined> {
    const { page, page_size = PAGE_SIZE, order } = query;
    return everyItem(async (cursor: string | undefined = query.cursor) => {
      const at = cursor === undefined ? { page } : { cursor };
      const answer = await this.messagesPage(session_id, agent_id, { ...at, page_size, order }, options);
      return { items: answer.messages, next: answer.next_cursor ?? undefined };
    });
  }

  #json<Answer>(request: FaceRequest, options?: CallOptions): Promise<Answer> {
    const query = { ...request.query, user_id: this.#user_id };
    return this.#transport.json({ ...request, query }, options);
  }

  #delete(path: string, options?: CallOptions): Promise<void> {
    return this.#transport.delete(path, options, { user_id: this.#user_id });
  }
}

/** Every item from a page on, to the page that is not full. */
function everyPage<Item>(
  { page = 1, page_size = PAGE_SIZE }: PageQuery,
  readPage: (query: PageQuery) => Promise<PageTotals & { readonly items: readonly Item[] }>,
): AsyncGenerator<Item, void, undefined> {
  return everyItem(async (at: number = page) => {
    const { items } = await readPage({ page: at, page_size });
    return { items, next: items.length < page_size ? undefined : at + 1 };
  });
}

function sessionPath(...ids: readonly string[]): string {
  return joined(FACE, "sessions", ...ids);
}

function agentPath(session_id: string, ...ids: readonly string[]): string {
  return joined(sessionPath(session_id), "agents", ...ids);
}

function messagePath(session_id: string, agent_id: string, ...ids: readonly number[]): string {
  return joined(agentPath(session_id, agent_id), "messages", ...ids);
}

function joined(path: string, collection: string, ...ids: readonly (string | number)[]): string {
  return [path, collection, ...ids.map(encodeURIComponent)].join("/");
}
