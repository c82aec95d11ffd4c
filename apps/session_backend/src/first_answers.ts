import { answerGone } from "@session-ledger/schema_recorder";
import type {
  Agent,
  AgentMessage,
  AgentSession as AgentSessionAnswer,
  Line,
} from "@session-ledger/session_contract";
import type { AgentSession } from "@session-ledger/session_domain";

/** The session that a `session.started` line made, as it was then. */
export function createdSession({ recorded_at, event }: Line): AgentSessionAnswer {
  const { record_id: _, ...fields } = event;
  return { ...fields, created_at: recorded_at, updated_at: recorded_at } as AgentSessionAnswer;
}

/** The agent that an `agent.created` line made, as it was then. */
export function createdAgent({ recorded_at, event }: Line): Agent {
  const { record_id: _, ...fields } = event;
  return { ...fields, created_at: recorded_at, updated_at: recorded_at } as Agent;
}

/** The message that a `message.created` line made, as it was then: hidden if it came hidden. */
export function createdMessage({ recorded_at, event }: Line): AgentMessage {
  const { record_id: _, agent_id: __, ...fields } = event;
  const message = fields["redact_message"] ?? fields["message"];
  return { ...fields, message, created_at: recorded_at, updated_at: recorded_at } as AgentMessage;
}

/**
 * Asserts that what a line created may still be shown as it was then: it is there, and nothing hides it since.
 * @throws RecorderError `IDEMPOTENCY_KEY_REUSED`
 */
export function assertStillShown(line: Line, session: AgentSession): void {
  const { agent_id, message_id } = line.event;
  if (typeof agent_id !== "string") return;
  const agent = session.agents.get(agent_id);
  if (agent === undefined) throw answerGone("deleted");
  if (typeof message_id !== "number") return;
  const message = agent.messages.get(message_id);
  if (message === undefined) throw answerGone("deleted");
  if (message.redaction_seq > line.seq) throw answerGone("redacted");
}
