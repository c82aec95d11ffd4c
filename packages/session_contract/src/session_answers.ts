import { z } from "zod";
import { RecordIdSchema } from "./ids.ts";
import { LineSchema } from "./line.ts";
import { AuditEntrySchema, SessionSummarySchema } from "./session_lookup.ts";
import { ServerTimeSchema } from "./time.ts";

/** Whether a session is open. One that is paused is `active`; one that the user does not have is `invalid`. */
export const SessionValiditySchema = z.strictObject({ status: z.enum(["active", "closed", "invalid"]) });
export type SessionValidity = z.infer<typeof SessionValiditySchema>;

/** What says that a message is recorded. */
export const AppendReceiptSchema = z.strictObject({
  record_id: RecordIdSchema,
  recorded_at: ServerTimeSchema,
});
export type AppendReceipt = z.infer<typeof AppendReceiptSchema>;

/** One page of a list of sessions. */
export const SessionPageSchema = z.strictObject({
  sessions: z.array(SessionSummarySchema),
  next_cursor: z.string().nullable().meta({ description: "Where the next page begins; null on the last." }),
});
export type SessionPage = z.infer<typeof SessionPageSchema>;

/** Every transition of a session, the first one first. */
export const AuditSchema = z.strictObject({ audit: z.array(AuditEntrySchema) });
export type Audit = z.infer<typeof AuditSchema>;

/** One page of a session's lines. */
export const EventsPageSchema = z.strictObject({
  events: z.array(LineSchema),
  next_after: z.int().nullable().meta({ description: "The next page's `after`; null if nothing follows." }),
});
