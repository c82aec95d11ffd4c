import { z } from "zod";
import { boundaryEventFields, sessionInputFields } from "./boundary_fields.ts";
import { REASON_CHARACTERS_MAX } from "./limits.ts";
import { ServerTimeSchema } from "./time.ts";

/** Why someone did it, in their own words; counted as code points, so that zod and JSON Schema agree. */
const ReasonSchema = z
  .string()
  .regex(
    new RegExp(`^[\\s\\S]{1,${REASON_CHARACTERS_MAX}}$`, "u"),
    `must be 1 to ${REASON_CHARACTERS_MAX} characters`,
  );

const inputFields = { ...sessionInputFields, reason: ReasonSchema.nullish() };
const outputFields = { ...boundaryEventFields(ServerTimeSchema), reason: ReasonSchema.nullable() };

/** What a client sends to pause a session. */
export const SessionManagerPauseInputSchema = z
  .strictObject(inputFields)
  .meta({ title: "SessionManagerPauseInput", description: "What a client sends to pause a session." });
export type SessionManagerPauseInput = z.infer<typeof SessionManagerPauseInputSchema>;

/** What a client sends to resume a paused session. */
export const SessionManagerResumeInputSchema = z
  .strictObject(inputFields)
  .meta({ title: "SessionManagerResumeInput", description: "What a client sends to resume a session." });
export type SessionManagerResumeInput = z.infer<typeof SessionManagerResumeInputSchema>;

/** What a client sends to delete a session that has ended. */
export const SessionManagerDeleteInputSchema = z
  .strictObject(inputFields)
  .meta({ title: "SessionManagerDeleteInput", description: "What a client sends to delete a session." });
export type SessionManagerDeleteInput = z.infer<typeof SessionManagerDeleteInputSchema>;

/** The event and the answer of a pause. `pause_time` equals `timestamp`. */
export const SessionManagerPauseOutputSchema = z
  .strictObject({ ...outputFields, pause_time: ServerTimeSchema })
  .meta({
    title: "SessionManagerPauseOutput",
    description: "The event and the answer of a pause; pause_time equals timestamp.",
  });
export type SessionManagerPauseOutput = z.infer<typeof SessionManagerPauseOutputSchema>;

/** The event and the answer of a resumption. `resume_time` equals `timestamp`. */
export const SessionManagerResumeOutputSchema = z
  .strictObject({ ...outputFields, resume_time: ServerTimeSchema })
  .meta({
    title: "SessionManagerResumeOutput",
    description: "The event and the answer of a resumption; resume_time equals timestamp.",
  });
export type SessionManagerResumeOutput = z.infer<typeof SessionManagerResumeOutputSchema>;

/** The event and the answer of a deletion. `delete_time` equals `timestamp`. */
export const SessionManagerDeleteOutputSchema = z
  .strictObject({ ...outputFields, delete_time: ServerTimeSchema })
  .meta({
    title: "SessionManagerDeleteOutput",
    description: "The event and the answer of a deletion; delete_time equals timestamp.",
  });
export type SessionManagerDeleteOutput = z.infer<typeof SessionManagerDeleteOutputSchema>;
