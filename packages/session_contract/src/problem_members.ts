import { z } from "zod";
import { LifecycleStateSchema } from "./lifecycle_state.ts";
import { NotFoundReasonSchema } from "./not_found.ts";
import { ClientTimeSchema, ServerTimeSchema } from "./time.ts";

/** What an error may tell beside its code: further members of the problem document (RFC 9457, section 3.2). */
export const ProblemMembersSchema = z.strictObject({
  found: z.literal(false).optional().meta({ description: "There is no such session to be had." }),
  reason: NotFoundReasonSchema.optional().meta({ description: "Why the session is not found. Stable." }),
  deleted_at: ClientTimeSchema.optional().meta({ description: "When the session was deleted." }),
  archived_at: ServerTimeSchema.optional().meta({ description: "When the session was archived." }),
  restore: z.string().optional().meta({ description: "The operation that brings the session back." }),
  old_state: LifecycleStateSchema.optional().meta({ description: "The state that the session is in." }),
  new_state: LifecycleStateSchema.optional().meta({ description: "The state that the command asks for." }),
});
export type ProblemMembers = z.infer<typeof ProblemMembersSchema>;
