import { z } from "zod";
import { SessionIdSchema, UserIdSchema } from "./ids.ts";
import { LifecycleStateSchema } from "./lifecycle_state.ts";
import { CauseSchema, SessionKindSchema } from "./line.ts";
import { ClientTimeSchema, ServerTimeSchema } from "./time.ts";

/** A session as look-ups and lists give it. What an import brought keeps its own times. */
export const SessionSummarySchema = z
  .strictObject({
    session_id: SessionIdSchema,
    user_id: UserIdSchema,
    kind: SessionKindSchema,
    state: LifecycleStateSchema,
    seq: z.int().min(0),
    started_at: ClientTimeSchema.nullable(),
    started_by: z.string().nullable(),
    paused_at: ClientTimeSchema.nullable(),
    ended_at: ClientTimeSchema.nullable(),
    ended_by: z.string().nullable(),
    ended_through: CauseSchema.shape.trigger.nullable(),
    deleted_at: ClientTimeSchema.nullable(),
    deleted_by: z.string().nullable(),
    archived_at: ServerTimeSchema.nullable(),
    updated_at: ServerTimeSchema.nullable(),
    imported: z.boolean(),
  })
  .meta({
    title: "SessionSummary",
    description:
      "A session as look-ups and lists give it. seq counts its lines, updated_at is the last one's time; both are 0 and null while the session is being created.",
  });
export type SessionSummary = z.infer<typeof SessionSummarySchema>;

/** The answer of a look-up that found the session. */
export const SessionLookupSchema = z
  .discriminatedUnion("reason", [
    z.strictObject({ found: z.literal(true), reason: z.literal("ok"), session: SessionSummarySchema }),
    z.strictObject({
      found: z.literal(true),
      reason: z.literal("deleted"),
      deleted_at: ClientTimeSchema,
      session: SessionSummarySchema,
    }),
  ])
  .meta({ title: "SessionLookup", description: "The answer of a look-up that found the session." });
export type SessionLookup = z.infer<typeof SessionLookupSchema>;

/** One transition of a session, as its log tells it. */
export const AuditEntrySchema = z
  .strictObject({
    session_id: SessionIdSchema,
    timestamp: ServerTimeSchema,
    old_state: LifecycleStateSchema.nullable(),
    new_state: LifecycleStateSchema,
    trigger: CauseSchema.shape.trigger.nullable(),
    actor: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({
    title: "AuditEntry",
    description:
      "One transition of a session. old_state is null at the start; trigger, actor and reason are null where the log has none.",
  });
export type AuditEntry = z.infer<typeof AuditEntrySchema>;
