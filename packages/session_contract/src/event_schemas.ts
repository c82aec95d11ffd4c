import { z } from "zod";
import { A3CPMessageSchema } from "./a3cp_message.ts";
import { AGENT_EVENT_SCHEMAS, AgentSessionStartedEventSchema } from "./agent_events.ts";
import { AnonymousStartedEventSchema } from "./anonymous_messages.ts";
import { UpstreamEndEventSchema, UpstreamStartEventSchema } from "./boundary_messages.ts";
import { RecordIdSchema } from "./ids.ts";
import {
  SessionManagerDeleteOutputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeOutputSchema,
} from "./lifecycle_messages.ts";
import type { SessionKind } from "./line.ts";

/** The content of a line that was erased: the SHA-256 of the bytes that stood there. */
export const ErasedEventSchema = z
  .strictObject({ $erased: z.string().regex(/^[0-9a-f]{64}$/) })
  .meta({ title: "ErasedEvent", description: "What stands in place of an event whose content was erased." });

/** The operator's act that erased a line's content. */
export const LineErasedEventSchema = z
  .looseObject({ record_id: RecordIdSchema, seq: z.int().min(1) })
  .meta({ title: "LineErasedEvent", description: "The operator's act that erased the content of line seq." });

/**
 * What an event of each type looks like in a log, whoever wrote it; a first event in that of an interaction or an
 * execution. An imported event keeps upstream's times, so this is wider than the output schemas, which hold for what
 * this server makes.
 */
export const EVENT_SCHEMAS = {
  "session.started": UpstreamStartEventSchema,
  "session.start_repeated": UpstreamStartEventSchema,
  "session.ended": UpstreamEndEventSchema,
  "session.paused": SessionManagerPauseOutputSchema,
  "session.resumed": SessionManagerResumeOutputSchema,
  "session.deleted": SessionManagerDeleteOutputSchema,
  "message.appended": A3CPMessageSchema,
  "message.appended_late": z.union([A3CPMessageSchema, UpstreamEndEventSchema]),
  "line.erased": LineErasedEventSchema,
  ...AGENT_EVENT_SCHEMAS,
} as const satisfies Record<string, z.ZodType>;

/** A type whose events have a schema. A reader keeps and ignores every other type. */
export type KnownEventType = keyof typeof EVENT_SCHEMAS;

/** What the first event looks like in the logs of other kinds, each of which is another face's. */
export const STARTED_EVENT_SCHEMAS = {
  anonymous: AnonymousStartedEventSchema,
  agent: AgentSessionStartedEventSchema,
} as const satisfies Partial<Record<SessionKind, z.ZodType>>;
