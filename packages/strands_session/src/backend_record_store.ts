import { type SessionBackendClient, SessionClientError } from "@session-ledger/session_client";
import type { ErrorCode } from "@session-ledger/session_contract";
import { LIST_PREFIX } from "./list_names.ts";
import { fromMessage, newAgentId, SESSION_TYPE, toMessage } from "./record_messages.ts";
import type { Place, RecordStore, RecordsAfter } from "./record_store.ts";
import type { StorageRecord } from "./storage_record.ts";

/** What the store takes of a client. */
export type ListClient = Pick<
  SessionBackendClient,
  | "agentsPage"
  | "createAgent"
  | "createMessage"
  | "createSession"
  | "deleteAgent"
  | "deleteSession"
  | "messages"
  | "sessions"
>;

/** How many records are asked for at once: of the largest ones, they make an answer of a few MiB. */
const RECORDS_A_PAGE = 25;

/** The lines before a list's first record: those of its session and of its agent. */
const LINES_BEFORE = 2;

/**
 * Lists on a server, through its session backend. A record is one request: the ids of messages are taken once, so of
 * several writers one is first and the others learn it.
 */
export class BackendRecordStore implements RecordStore {
  readonly #client: ListClient;

  constructor(client: ListClient) {
    this.#client = client;
  }

  async read(list: string, place: Place | undefined): Promise<RecordsAfter | undefined> {
    try {
      const agent_id = place?.agent_id ?? (await this.#firstAgent(list));
      const count = place?.count ?? 0;
      if (agent_id === undefined) return { from_start: true, records: [], place: { count: 0, agent_id } };
      const records: StorageRecord[] = [];
      const query = { page: Math.floor(count / RECORDS_A_PAGE) + 1, page_size: RECORDS_A_PAGE };
      for await (const { message_id, message } of this.#client.messages(list, agent_id, query)) {
        if (message_id > count) records.push(fromMessage(message));
      }
      const from_start = count === 0;
      return { from_start, records, place: { count: count + records.length, agent_id } };
    } catch (error) {
      if (hasCode(error, "SESSION_NOT_FOUND")) return undefined;
      if (hasCode(error, "AGENT_NOT_FOUND")) return this.read(list, undefined);
      throw error;
    }
  }

  async append(
    list: string,
    place: Place | undefined,
    records: readonly StorageRecord[],
  ): Promise<Place | undefined> {
    let count = place?.count ?? 0;
    try {
      if (place === undefined) {
        await this.#client.createSession({ session_id: list, session_type: SESSION_TYPE });
      }
      const agent_id = place?.agent_id ?? (await this.#beginWithAgent(list));
      if (agent_id === undefined) return undefined;
      for (const record of records) {
        count += 1;
        await this.#client.createMessage(list, agent_id, toMessage(record, count));
      }
      return { count, agent_id };
    } catch (error) {
      if (hasCode(error, ...OTHERS_WERE_FASTER)) return undefined;
      throw error;
    }
  }

  async remove(list: string, { count }: Place): Promise<void> {
    try {
      await this.#client.deleteSession(list, { if_match: LINES_BEFORE + count });
    } catch (error) {
      if (!hasCode(error, "PRECONDITION_FAILED", "SESSION_NOT_FOUND")) throw error;
    }
  }

  async *lists(): AsyncGenerator<string> {
    const seen = new Set<string>();
    for await (const { session_id } of this.#client.sessions()) {
      if (!session_id.startsWith(LIST_PREFIX) || seen.has(session_id)) continue;
      seen.add(session_id);
      yield session_id;
    }
  }

  /** Makes the list's agent. Of several who do so at once the first counts, and the others take theirs back. */
  async #beginWithAgent(list: string): Promise<string | undefined> {
    const agent_id = newAgentId();
    await this.#client.createAgent(list, { agent_id });
    if ((await this.#firstAgent(list)) === agent_id) return agent_id;
    await this.#client.deleteAgent(list, agent_id);
    return undefined;
  }

  async #firstAgent(list: string): Promise<string | undefined> {
    const { agents } = await this.#client.agentsPage(list, { page: 1, page_size: 1 });
    return agents[0]?.agent_id;
  }
}

const OTHERS_WERE_FASTER: readonly ErrorCode[] = [
  "SESSION_EXISTS",
  "SESSION_NOT_FOUND",
  "AGENT_NOT_FOUND",
  "MESSAGE_EXISTS",
];

function hasCode(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof SessionClientError && codes.some((code) => code === error.code);
}
