import {
  AGENT_STATE_FIELDS,
  type AgentStateField,
  type JsonObject,
  type Line,
} from "@session-ledger/session_contract";
import { MessageIndex } from "./message_index.ts";
import type { MessageRow } from "./message_row.ts";

/** About what an agent takes in memory beside its messages, in bytes. */
const AGENT_BYTES = 600;

/** What is kept of an agent: where its states stand in the log, and its messages. */
export interface AgentRow {
  readonly agent_id: string;
  /** In milliseconds since the epoch, as `updated_ms`. */
  readonly created_ms: number;
  readonly updated_ms: number;
  /** The `seq` of the line with each state as it is now; 0 if the log no longer tells. */
  readonly state_seqs: Readonly<Record<AgentStateField, number>>;
  readonly messages: MessageIndex;
}

/** What is kept of the session itself. */
export interface AgentSessionRow {
  readonly session_type: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  /** The `seq` of the line with the `multi_agent_state` as it is now. */
  readonly state_seq: number;
}

/**
 * A session of agents as its log tells it: which objects there are, and where their contents stand. Unlike the state of
 * an owned session it is moved on in place, since copying it for each line would make a fold of a long log cost the
 * square of its length; who reads it and who moves it on take turns.
 */
export class AgentSession {
  #seq = 0;
  #hash = "";
  #row: AgentSessionRow | undefined;
  readonly #agents = new Map<string, AgentRow>();
  #bytes = AGENT_BYTES;

  /** The last line's `seq`. */
  get seq(): number {
    return this.#seq;
  }

  /** The last line's `hash`. */
  get hash(): string {
    return this.#hash;
  }

  /** Undefined before the first line. */
  get row(): AgentSessionRow | undefined {
    return this.#row;
  }

  /** The agents, the oldest first. */
  get agents(): ReadonlyMap<string, AgentRow> {
    return this.#agents;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Moves on by one line. Total: a line that is unknown, erased or out of place moves `seq` and nothing else. Once the
   * content of a line was erased that had been applied before, only a fold from the first line tells what the log says.
   */
  apply(line: Line): void {
    this.#seq = line.seq;
    // A copy: the line's own string may be a piece of the text it was cut from, and would keep all of it in memory.
    this.#hash = Buffer.from(line.hash, "latin1").toString("latin1");
    const at_ms = Date.parse(line.recorded_at);
    switch (line.type) {
      case "session.started":
        this.#start(line, at_ms);
        break;
      case "session.updated":
        this.#update(line, at_ms);
        break;
      case "agent.created":
      case "agent.updated":
        this.#putAgent(line, at_ms);
        break;
      case "agent.deleted":
        this.#deleteAgent(line);
        break;
      case "message.created":
      case "message.updated":
      case "message.redacted":
        this.#putMessage(line, at_ms);
        break;
      case "message.deleted":
        this.#deleteMessage(line);
        break;
    }
  }

  #start({ seq, event }: Line, at_ms: number): void {
    if (this.#row !== undefined) return;
    const session_type = text(event["session_type"]) ?? "";
    this.#row = { session_type, created_ms: at_ms, updated_ms: at_ms, state_seq: seq };
  }

  #update({ seq, event }: Line, at_ms: number): void {
    const row = this.#row;
    if (row === undefined || isErased(event)) return;
    this.#row = {
      ...row,
      session_type: text(event["session_type"]) ?? row.session_type,
      updated_ms: at_ms,
      state_seq: event["multi_agent_state"] === undefined ? row.state_seq : seq,
    };
  }

  #putAgent({ seq, type, event }: Line, at_ms: number): void {
    const agent_id = text(event["agent_id"]);
    if (agent_id === undefined) return;
    const known = type === "agent.updated" ? this.#agents.get(agent_id) : undefined;
    const seqOf = (field: AgentStateField): number =>
      event[field] === undefined ? (known?.state_seqs[field] ?? 0) : seq;
    const [state, conversation_manager_state, internal_state] = AGENT_STATE_FIELDS.map(seqOf);
    if (known === undefined) this.#bytes += AGENT_BYTES;
    this.#agents.set(agent_id, {
      agent_id,
      created_ms: known?.created_ms ?? createdMs(event) ?? at_ms,
      updated_ms: at_ms,
      state_seqs: {
        state: state!,
        conversation_manager_state: conversation_manager_state!,
        internal_state: internal_state!,
      },
      messages: known?.messages ?? new MessageIndex(),
    });
  }

  #deleteAgent({ event }: Line): void {
    const agent = this.#agents.get(text(event["agent_id"]) ?? "");
    if (agent === undefined) return;
    this.#agents.delete(agent.agent_id);
    this.#bytes -= AGENT_BYTES + agent.messages.bytes;
  }

  #putMessage({ seq, type, event }: Line, at_ms: number): void {
    const message_id = event["message_id"];
    const messages = this.#agents.get(text(event["agent_id"]) ?? "")?.messages;
    if (messages === undefined || typeof message_id !== "number") return;
    const known: MessageRow | undefined = type === "message.created" ? undefined : messages.get(message_id);
    const bytes = messages.bytes;
    messages.set({
      message_id,
      created_ms: known?.created_ms ?? createdMs(event) ?? at_ms,
      updated_ms: at_ms,
      content_seq: isPresent(event["message"]) ? seq : (known?.content_seq ?? 0),
      redaction_seq: isPresent(event["redact_message"]) ? seq : (known?.redaction_seq ?? 0),
    });
    this.#bytes += messages.bytes - bytes;
  }

  #deleteMessage({ event }: Line): void {
    const message_id = event["message_id"];
    const messages = this.#agents.get(text(event["agent_id"]) ?? "")?.messages;
    if (messages === undefined || typeof message_id !== "number") return;
    const bytes = messages.bytes;
    messages.delete(message_id);
    this.#bytes += messages.bytes - bytes;
  }
}

function createdMs(event: JsonObject): number | undefined {
  const created_at = text(event["created_at"]);
  return created_at === undefined ? undefined : Date.parse(created_at);
}

function isErased(event: JsonObject): boolean {
  return Object.hasOwn(event, "$erased");
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
