import { z } from "zod";
import { SessionIdSchema, UserIdSchema } from "./ids.ts";
import { ClientTimeSchema } from "./time.ts";

const target = {
  session_id: SessionIdSchema,
  user_id: UserIdSchema.optional().meta({
    description: "Whose session, where several users have one of this id.",
  }),
};

/** An erasure is remembered for good, so its reason is a word of the operator's own and no free text. */
const ReasonCodeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "must be a code of at most 64 characters, such as `user_request`")
  .optional()
  .meta({ description: "Why, as a code. It is kept, so it must say nothing about a person." });

/** What an operator sends to archive one session, or all that ended before a time. */
export const ArchiveInputSchema = z
  .union([
    z.strictObject(target),
    z.strictObject({
      ended_before: ClientTimeSchema.meta({ description: "Sessions that ended later stay." }),
      dry_run: z.boolean().optional().meta({ description: "Only says which sessions it would be." }),
    }),
  ])
  .meta({ title: "ArchiveInput", description: "Which sessions an operator archives." });
export type ArchiveInput = z.infer<typeof ArchiveInputSchema>;

/** What an operator sends to bring an archived session back. */
export const RestoreInputSchema = z
  .strictObject(target)
  .meta({ title: "RestoreInput", description: "Which session an operator brings back." });
export type RestoreInput = z.infer<typeof RestoreInputSchema>;

/** What an operator sends to erase a deleted session, all of a user's, or the content of one line. */
export const EraseInputSchema = z
  .union([
    z.strictObject({
      ...target,
      seq: z.int().min(1).optional().meta({ description: "Only the content of this line." }),
      reason: ReasonCodeSchema,
    }),
    z.strictObject({ user_id: UserIdSchema, reason: ReasonCodeSchema }),
  ])
  .meta({ title: "EraseInput", description: "What an operator erases for good." });
export type EraseInput = z.infer<typeof EraseInputSchema>;

const named = { user_id: UserIdSchema, session_id: SessionIdSchema };

/** What became of the sessions that an operator named. */
export const OperatorReportSchema = z
  .strictObject({
    sessions: z.array(z.strictObject(named)).meta({ description: "What it was done to." }),
    refused: z
      .array(z.strictObject({ ...named, code: z.string() }))
      .meta({ description: "What it was not done to, and why." }),
    complete: z.boolean().meta({ description: "False: there are more, to be asked for again." }),
  })
  .meta({ title: "OperatorReport", description: "What became of the sessions that an operator named." });
export type OperatorReport = z.infer<typeof OperatorReportSchema>;
