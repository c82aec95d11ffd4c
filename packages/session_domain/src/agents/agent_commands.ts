import type {
  AgentCreateInput,
  AgentMessageCreateInput,
  AgentMessageUpdateInput,
  AgentSessionCreateInput,
  AgentSessionUpdateInput,
  AgentUpdateInput,
} from "@session-ledger/session_contract";

/** A request to change a session of agents. It may be rejected. */
export type AgentCommand =
  | { readonly type: "create_session"; readonly input: AgentSessionCreateInput }
  | { readonly type: "update_session"; readonly input: AgentSessionUpdateInput }
  | { readonly type: "create_agent"; readonly input: AgentCreateInput }
  | { readonly type: "update_agent"; readonly agent_id: string; readonly input: AgentUpdateInput }
  | { readonly type: "delete_agent"; readonly agent_id: string }
  | { readonly type: "create_message"; readonly agent_id: string; readonly input: AgentMessageCreateInput }
  | {
      readonly type: "update_message";
      readonly agent_id: string;
      readonly message_id: number;
      readonly input: AgentMessageUpdateInput;
    }
  | { readonly type: "delete_message"; readonly agent_id: string; readonly message_id: number };

/** The type of the event that a command with an idempotency key causes. */
export const AGENT_EVENT_TYPES = {
  create_session: "session.started",
  create_agent: "agent.created",
  create_message: "message.created",
} as const satisfies Partial<Record<AgentCommand["type"], string>>;
