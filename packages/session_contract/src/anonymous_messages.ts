import { z } from "zod";
import { RecordIdSchema } from "./ids.ts";
import { ServerTimeSchema } from "./time.ts";

/** An anonymous session as clients see it: all that there is to know of it. */
export const AnonymousSessionSchema = z
  .strictObject({ session_id: RecordIdSchema, created_at: ServerTimeSchema })
  .meta({ title: "AnonymousSession", description: "An anonymous session: all that there is to know of it." });
export type AnonymousSession = z.infer<typeof AnonymousSessionSchema>;

/** The one event of an anonymous session. It names no one; `start_time` is the session's `created_at`. */
export const AnonymousStartedEventSchema = z
  .strictObject({ record_id: RecordIdSchema, session_id: RecordIdSchema, start_time: ServerTimeSchema })
  .meta({
    title: "AnonymousStartedEvent",
    description: "The one event of an anonymous session. It names no one; start_time is its created_at.",
  });
export type AnonymousStartedEvent = z.infer<typeof AnonymousStartedEventSchema>;
