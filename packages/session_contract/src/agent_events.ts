// The events of a session of agents. An object's times are those of its lines; what changes an object repeats when it
// was created, so that the object outlives the erasure of the line that created it.
import { z } from "zod";
import {
  AgentIdSchema,
  AgentMessageContentSchema,
  AgentSchema,
  AgentSessionSchema,
  AgentUpdateInputSchema,
  MessageIdSchema,
} from "./agent_messages.ts";
import { RecordIdSchema } from "./ids.ts";
import { ServerTimeSchema } from "./time.ts";

const record = { record_id: RecordIdSchema };
const of_agent = { ...record, agent_id: AgentIdSchema };
const of_message = { ...of_agent, message_id: MessageIdSchema };
const changed = { created_at: ServerTimeSchema };

const { session_id, session_type, multi_agent_state } = AgentSessionSchema.shape;
const { state, conversation_manager_state, internal_state } = AgentSchema.shape;

/** The first event of a session of agents. */
export const AgentSessionStartedEventSchema = z
  .strictObject({ ...record, session_id, session_type, multi_agent_state })
  .meta({ title: "AgentSessionStartedEvent", description: "The first event of a session of agents." });
export type AgentSessionStartedEvent = z.infer<typeof AgentSessionStartedEventSchema>;

const AgentSessionUpdatedEventSchema = z
  .strictObject({
    ...record,
    session_type: session_type.optional(),
    multi_agent_state: multi_agent_state.optional(),
  })
  .meta({ title: "AgentSessionUpdatedEvent", description: "A change of a session of agents." });

const AgentCreatedEventSchema = z
  .strictObject({
    ...of_agent,
    state,
    conversation_manager_state,
    internal_state,
  })
  .meta({ title: "AgentCreatedEvent", description: "The creation of an agent." });

const AgentUpdatedEventSchema = z
  .strictObject({
    ...of_agent,
    ...changed,
    ...AgentUpdateInputSchema.shape,
  })
  .meta({ title: "AgentUpdatedEvent", description: "A change of an agent: the fields that changed." });

const MessageCreatedEventSchema = z
  .strictObject({
    ...of_message,
    message: AgentMessageContentSchema,
    redact_message: AgentMessageContentSchema.nullable(),
  })
  .meta({ title: "AgentMessageCreatedEvent", description: "The creation of an agent's message." });

const MessageUpdatedEventSchema = z
  .strictObject({
    ...of_message,
    ...changed,
    message: AgentMessageContentSchema,
  })
  .meta({ title: "AgentMessageUpdatedEvent", description: "A change of an agent's message." });

const MessageRedactedEventSchema = z
  .strictObject({
    ...of_message,
    ...changed,
    message: AgentMessageContentSchema.optional(),
    redact_message: AgentMessageContentSchema,
  })
  .meta({
    title: "AgentMessageRedactedEvent",
    description: "What hides an agent's message, and stands in its place.",
  });

const AgentDeletedEventSchema = z
  .strictObject(of_agent)
  .meta({ title: "AgentDeletedEvent", description: "The deletion of an agent, with its messages." });

const MessageDeletedEventSchema = z
  .strictObject(of_message)
  .meta({ title: "AgentMessageDeletedEvent", description: "The deletion of an agent's message." });

/** What an event of each type looks like in the log of a session of agents, after its first line. */
export const AGENT_EVENT_SCHEMAS = {
  "session.updated": AgentSessionUpdatedEventSchema,
  "agent.created": AgentCreatedEventSchema,
  "agent.updated": AgentUpdatedEventSchema,
  "agent.deleted": AgentDeletedEventSchema,
  "message.created": MessageCreatedEventSchema,
  "message.updated": MessageUpdatedEventSchema,
  "message.redacted": MessageRedactedEventSchema,
  "message.deleted": MessageDeletedEventSchema,
} as const satisfies Record<string, z.ZodType>;
