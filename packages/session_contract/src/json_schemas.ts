import { z } from "zod";
import { A3CPMessageSchema } from "./a3cp_message.ts";
import { AGENT_EVENT_SCHEMAS, AgentSessionStartedEventSchema } from "./agent_events.ts";
import {
  AgentCreateInputSchema,
  AgentMessageCreateInputSchema,
  AgentMessageSchema,
  AgentMessageUpdateInputSchema,
  AgentSchema,
  AgentSessionCreateInputSchema,
  AgentSessionSchema,
  AgentSessionUpdateInputSchema,
  AgentUpdateInputSchema,
} from "./agent_messages.ts";
import { AnonymousSessionSchema, AnonymousStartedEventSchema } from "./anonymous_messages.ts";
import {
  SessionManagerEndInputSchema,
  SessionManagerEndOutputSchema,
  SessionManagerStartInputSchema,
  SessionManagerStartOutputSchema,
  SessionManagerValidateInputSchema,
  UpstreamEndEventSchema,
  UpstreamStartEventSchema,
} from "./boundary_messages.ts";
import { ErasedEventSchema, LineErasedEventSchema } from "./event_schemas.ts";
import {
  SessionManagerDeleteInputSchema,
  SessionManagerDeleteOutputSchema,
  SessionManagerPauseInputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeInputSchema,
  SessionManagerResumeOutputSchema,
} from "./lifecycle_messages.ts";
import { LineSchema } from "./line.ts";
import { AuditEntrySchema, SessionLookupSchema, SessionSummarySchema } from "./session_lookup.ts";

/** Every schema that crosses a boundary, by the name of its file in `schemas/`. */
export const CONTRACT_SCHEMAS = {
  session_manager_start_input: SessionManagerStartInputSchema,
  session_manager_start_output: SessionManagerStartOutputSchema,
  session_manager_end_input: SessionManagerEndInputSchema,
  session_manager_end_output: SessionManagerEndOutputSchema,
  session_manager_pause_input: SessionManagerPauseInputSchema,
  session_manager_pause_output: SessionManagerPauseOutputSchema,
  session_manager_resume_input: SessionManagerResumeInputSchema,
  session_manager_resume_output: SessionManagerResumeOutputSchema,
  session_manager_delete_input: SessionManagerDeleteInputSchema,
  session_manager_delete_output: SessionManagerDeleteOutputSchema,
  session_manager_validate_input: SessionManagerValidateInputSchema,
  upstream_start_event: UpstreamStartEventSchema,
  upstream_end_event: UpstreamEndEventSchema,
  a3cp_message: A3CPMessageSchema,
  anonymous_session: AnonymousSessionSchema,
  anonymous_started_event: AnonymousStartedEventSchema,
  agent_session_create_input: AgentSessionCreateInputSchema,
  agent_session_update_input: AgentSessionUpdateInputSchema,
  agent_session: AgentSessionSchema,
  agent_create_input: AgentCreateInputSchema,
  agent_update_input: AgentUpdateInputSchema,
  agent: AgentSchema,
  agent_message_create_input: AgentMessageCreateInputSchema,
  agent_message_update_input: AgentMessageUpdateInputSchema,
  agent_message: AgentMessageSchema,
  agent_session_started_event: AgentSessionStartedEventSchema,
  agent_session_updated_event: AGENT_EVENT_SCHEMAS["session.updated"],
  agent_created_event: AGENT_EVENT_SCHEMAS["agent.created"],
  agent_updated_event: AGENT_EVENT_SCHEMAS["agent.updated"],
  agent_deleted_event: AGENT_EVENT_SCHEMAS["agent.deleted"],
  agent_message_created_event: AGENT_EVENT_SCHEMAS["message.created"],
  agent_message_updated_event: AGENT_EVENT_SCHEMAS["message.updated"],
  agent_message_redacted_event: AGENT_EVENT_SCHEMAS["message.redacted"],
  agent_message_deleted_event: AGENT_EVENT_SCHEMAS["message.deleted"],
  erased_event: ErasedEventSchema,
  line_erased_event: LineErasedEventSchema,
  line: LineSchema,
  session_summary: SessionSummarySchema,
  session_lookup: SessionLookupSchema,
  audit_entry: AuditEntrySchema,
} as const satisfies Record<string, z.ZodType>;

/** The JSON Schema (2020-12) of a zod schema, for what a client sends or a log holds. */
export function toJsonSchema(schema: z.ZodType, title?: string): z.core.JSONSchema.BaseSchema {
  const json = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  return title === undefined ? json : { ...json, title };
}
