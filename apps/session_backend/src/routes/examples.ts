// What OpenAPI shows.

const times = { created_at: "2026-11-21T09:30:00.123Z", updated_at: "2026-11-21T09:31:00.456Z" };
const message = { role: "user", content: [{ text: "Where is the ball?" }] };

export const SESSION_INPUT = {
  session_id: "visit-12",
  session_type: "AGENT",
  multi_agent_state: { turn: 1 },
};
export const SESSION = { ...SESSION_INPUT, ...times };
export const SESSION_CHANGES = { multi_agent_state: { turn: 2 } };
export const SESSION_PAGE = { sessions: [SESSION], total: 1, page: 1, page_size: 10 };

export const AGENT_INPUT = {
  agent_id: "planner",
  state: { mood: "calm" },
  conversation_manager_state: {},
  internal_state: {},
};
export const AGENT = { ...AGENT_INPUT, ...times };
export const AGENT_CHANGES = { state: { mood: "curious" } };
export const AGENT_PAGE = { agents: [AGENT], total: 1, page: 1, page_size: 10 };

export const MESSAGE_INPUT = { message_id: 0, message };
export const MESSAGE = { message_id: 0, message, redact_message: null, ...times };
export const MESSAGE_CHANGES = { redact_message: { role: "user", content: [{ text: "[hidden]" }] } };
export const MESSAGE_PAGE = { messages: [MESSAGE], total: 1, page: 1, page_size: 10, next_cursor: null };
