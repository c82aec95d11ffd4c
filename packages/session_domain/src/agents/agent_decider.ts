import {
  AGENT_SESSION_TYPE,
  type AgentMessageUpdateInput,
  type EventToAppend,
  type JsonObject,
  type JsonValue,
  toServerTime,
} from "@session-ledger/session_contract";
import type { Stamp } from "../decision.ts";
import { assertFound } from "../not_found.ts";
import { SessionRejected } from "../session_rejected.ts";
import { INITIAL_STATE } from "../session_state.ts";
import { AGENT_EVENT_TYPES, type AgentCommand } from "./agent_commands.ts";
import type { AgentRow, AgentSession, AgentSessionRow } from "./agent_session.ts";
import type { MessageRow } from "./message_row.ts";

/** Where the fresh values of agents' events come from. */
export type AgentStamp = Pick<Stamp, "record_id">;

/**
 * Decides a command: gives the event that it causes, or undefined if it asks for no change. Rejections are checked from
 * the outside in (session, agent, message), and the first that applies is thrown.
 * @throws SessionRejected (`SESSION_NOT_FOUND`, `SESSION_EXISTS`, `AGENT_NOT_FOUND`, `AGENT_EXISTS`,
 *   `MESSAGE_NOT_FOUND`, `MESSAGE_EXISTS`)
 */
export function decideOnAgents(
  command: AgentCommand,
  session: AgentSession,
  stamp: AgentStamp,
): EventToAppend | undefined {
  switch (command.type) {
    case "create_session": {
      if (session.row !== undefined) throw new SessionRejected("SESSION_EXISTS");
      const { session_id, session_type = AGENT_SESSION_TYPE, multi_agent_state = null } = command.input;
      const event = recorded(stamp, { session_id, session_type, multi_agent_state });
      return { type: AGENT_EVENT_TYPES.create_session, kind: "agent", event };
    }
    case "update_session":
      sessionRow(session);
      return changed("session.updated", {}, command.input, stamp);
    case "create_agent": {
      sessionRow(session);
      const { agent_id, state = {}, conversation_manager_state = {}, internal_state = {} } = command.input;
      if (session.agents.has(agent_id)) throw new SessionRejected("AGENT_EXISTS");
      const event = recorded(stamp, { agent_id, state, conversation_manager_state, internal_state });
      return { type: AGENT_EVENT_TYPES.create_agent, event };
    }
    case "update_agent": {
      const { agent_id, created_ms } = agentRow(session, command.agent_id);
      const created_at = toServerTime(created_ms);
      return changed("agent.updated", { agent_id, created_at }, command.input, stamp);
    }
    case "delete_agent": {
      const { agent_id } = agentRow(session, command.agent_id);
      return { type: "agent.deleted", event: recorded(stamp, { agent_id }) };
    }
    case "create_message": {
      const { agent_id, messages } = agentRow(session, command.agent_id);
      const { message_id, message, redact_message = null } = command.input;
      if (messages.get(message_id) !== undefined) throw new SessionRejected("MESSAGE_EXISTS");
      const event = recorded(stamp, { agent_id, message_id, message, redact_message });
      return { type: AGENT_EVENT_TYPES.create_message, event };
    }
    case "update_message": {
      const { agent_id, message_id } = command;
      const { created_ms } = messageRow(session, agent_id, message_id);
      const created_at = toServerTime(created_ms);
      return changedMessage({ agent_id, message_id, created_at }, command.input, stamp);
    }
    case "delete_message": {
      const { agent_id, message_id } = command;
      messageRow(session, agent_id, message_id);
      return { type: "message.deleted", event: recorded(stamp, { agent_id, message_id }) };
    }
  }
}

/** @throws SessionRejected `SESSION_NOT_FOUND` */
export function sessionRow(session: AgentSession): AgentSessionRow {
  if (session.row === undefined) assertFound(INITIAL_STATE, undefined);
  return session.row!;
}

/** @throws SessionRejected `SESSION_NOT_FOUND`, `AGENT_NOT_FOUND` */
export function agentRow(session: AgentSession, agent_id: string): AgentRow {
  sessionRow(session);
  const agent = session.agents.get(agent_id);
  if (agent === undefined) throw new SessionRejected("AGENT_NOT_FOUND");
  return agent;
}

/** @throws SessionRejected `SESSION_NOT_FOUND`, `AGENT_NOT_FOUND`, `MESSAGE_NOT_FOUND` */
export function messageRow(session: AgentSession, agent_id: string, message_id: number): MessageRow {
  const row = agentRow(session, agent_id).messages.get(message_id);
  if (row === undefined) throw new SessionRejected("MESSAGE_NOT_FOUND");
  return row;
}

/** What hides a message once hides it for good: only another redaction takes its place. */
function changedMessage(
  ids: JsonObject,
  { message, redact_message }: AgentMessageUpdateInput,
  stamp: AgentStamp,
): EventToAppend | undefined {
  if (redact_message === undefined || redact_message === null) {
    return changed("message.updated", ids, { message }, stamp);
  }
  return changed("message.redacted", ids, { message, redact_message }, stamp);
}

function changed(
  type: string,
  ids: JsonObject,
  input: Readonly<Record<string, unknown>>,
  stamp: AgentStamp,
): EventToAppend | undefined {
  const changes = Object.entries(input).filter(([, value]) => value !== undefined);
  if (changes.length === 0) return undefined;
  return { type, event: recorded(stamp, { ...ids, ...Object.fromEntries(changes) }) };
}

function recorded(stamp: AgentStamp, fields: Readonly<Record<string, unknown>>): JsonObject {
  return { record_id: stamp.record_id(), ...(fields as Record<string, JsonValue>) };
}
