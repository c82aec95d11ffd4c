import { z } from "zod";
import { LabelSchema } from "./base_message.ts";
import { SessionIdSchema } from "./ids.ts";
import { ServerTimeSchema } from "./time.ts";

/** The type of a session whose creator names none. */
export const AGENT_SESSION_TYPE = "AGENT";

/** An agent's id, within its session. */
export const AgentIdSchema = SessionIdSchema;

/** A message's number, within its agent: messages stand in the order of these, whatever the order of insertion. */
export const MessageIdSchema = z.int().min(0);

/** What a client may keep as it likes: any JSON object. */
const JsonObjectSchema = z.record(z.string(), z.unknown());

/** What an agent was told or said. All else that it holds is kept as it is. */
export const AgentMessageContentSchema = z
  .looseObject({ role: LabelSchema, content: z.unknown().refine((content) => content !== undefined) })
  .meta({ description: "A role, a content of any form, and whatever else the client keeps with it." });

const times = { created_at: ServerTimeSchema, updated_at: ServerTimeSchema };

const stateFields = {
  state: JsonObjectSchema,
  conversation_manager_state: JsonObjectSchema,
  internal_state: JsonObjectSchema,
};

/** The fields of an agent that a client writes, each on its own. */
export const AGENT_STATE_FIELDS = ["state", "conversation_manager_state", "internal_state"] as const;
export type AgentStateField = (typeof AGENT_STATE_FIELDS)[number];

/** What a client sends to create a session of agents. */
export const AgentSessionCreateInputSchema = z
  .strictObject({
    session_id: SessionIdSchema,
    session_type: LabelSchema.optional(),
    multi_agent_state: JsonObjectSchema.nullish(),
  })
  .meta({
    title: "AgentSessionCreateInput",
    description: "What a client sends to create a session of agents.",
  });
export type AgentSessionCreateInput = z.infer<typeof AgentSessionCreateInputSchema>;

/** What a client sends to change a session of agents: any of its fields. */
export const AgentSessionUpdateInputSchema = z
  .strictObject({ session_type: LabelSchema.optional(), multi_agent_state: JsonObjectSchema.nullish() })
  .meta({
    title: "AgentSessionUpdateInput",
    description: "What a client sends to change a session of agents.",
  });
export type AgentSessionUpdateInput = z.infer<typeof AgentSessionUpdateInputSchema>;

/** A session of agents as clients see it. */
export const AgentSessionSchema = z
  .strictObject({
    session_id: SessionIdSchema,
    session_type: LabelSchema,
    multi_agent_state: JsonObjectSchema.nullable(),
    ...times,
  })
  .meta({ title: "AgentSession", description: "A session of agents as clients see it." });
export type AgentSession = z.infer<typeof AgentSessionSchema>;

/** What a client sends to create an agent. */
export const AgentCreateInputSchema = z
  .strictObject({ agent_id: AgentIdSchema, ...z.strictObject(stateFields).partial().shape })
  .meta({ title: "AgentCreateInput", description: "What a client sends to create an agent." });
export type AgentCreateInput = z.infer<typeof AgentCreateInputSchema>;

/** What a client sends to change an agent: any of its fields. */
export const AgentUpdateInputSchema = z
  .strictObject(stateFields)
  .partial()
  .meta({ title: "AgentUpdateInput", description: "What a client sends to change an agent." });
export type AgentUpdateInput = z.infer<typeof AgentUpdateInputSchema>;

/** An agent as clients see it. */
export const AgentSchema = z
  .strictObject({ agent_id: AgentIdSchema, ...stateFields, ...times })
  .meta({ title: "Agent", description: "An agent as clients see it." });
export type Agent = z.infer<typeof AgentSchema>;

/** What a client sends to create a message. */
export const AgentMessageCreateInputSchema = z
  .strictObject({
    message_id: MessageIdSchema,
    message: AgentMessageContentSchema,
    redact_message: AgentMessageContentSchema.nullish(),
  })
  .meta({ title: "AgentMessageCreateInput", description: "What a client sends to create a message." });
export type AgentMessageCreateInput = z.input<typeof AgentMessageCreateInputSchema>;

/** What a client sends to change a message, or to hide it behind another. */
export const AgentMessageUpdateInputSchema = z
  .strictObject({
    message: AgentMessageContentSchema.optional(),
    redact_message: AgentMessageContentSchema.nullish(),
  })
  .meta({
    title: "AgentMessageUpdateInput",
    description: "What a client sends to change a message, or to hide it behind another.",
  });
export type AgentMessageUpdateInput = z.input<typeof AgentMessageUpdateInputSchema>;

/** A message as clients see it. Of one that is redacted, `message` is what stands in its place. */
export const AgentMessageSchema = z
  .strictObject({
    message_id: MessageIdSchema,
    message: AgentMessageContentSchema,
    redact_message: AgentMessageContentSchema.nullable(),
    ...times,
  })
  .meta({
    title: "AgentMessage",
    description: "A message as clients see it; of a redacted one, what stands in its place.",
  });
export type AgentMessage = z.infer<typeof AgentMessageSchema>;
