import { z } from "zod";
import { LabelSchema } from "./base_message.ts";
import { boundaryEventFields, boundaryInputFields, sessionInputFields } from "./boundary_fields.ts";
import { SessionIdSchema, UserIdSchema } from "./ids.ts";
import { ClientTimeSchema, ServerTimeSchema } from "./time.ts";

/** The kinds of session that a client may start: of a person, or of a program that runs. */
export const StartedKindSchema = z.enum(["interaction", "execution"]);
export type StartedKind = z.infer<typeof StartedKindSchema>;

/**
 * What a client sends to start a session. Strict: an unknown field is an error, and so is every field that only
 * the server sets (`session_id`, `timestamp`, `start_time`).
 */
export const SessionManagerStartInputSchema = z
  .strictObject({
    ...boundaryInputFields,
    kind: StartedKindSchema.nullish(),
    is_training_data: z.boolean().nullish(),
    session_notes: z.string().nullish(),
    training_intent_label: LabelSchema.nullish(),
  })
  .meta({ title: "SessionManagerStartInput", description: "What a client sends to start a session." });
export type SessionManagerStartInput = z.infer<typeof SessionManagerStartInputSchema>;

/** What a client sends to end a session. */
export const SessionManagerEndInputSchema = z
  .strictObject(sessionInputFields)
  .meta({ title: "SessionManagerEndInput", description: "What a client sends to end a session." });
export type SessionManagerEndInput = z.infer<typeof SessionManagerEndInputSchema>;

/** What a client sends to ask whether a session is open. */
export const SessionManagerValidateInputSchema = z
  .strictObject({
    user_id: UserIdSchema,
    session_id: SessionIdSchema,
  })
  .meta({
    title: "SessionManagerValidateInput",
    description: "What a client sends to ask whether a session is open.",
  });
export type SessionManagerValidateInput = z.infer<typeof SessionManagerValidateInputSchema>;

const startedFields = {
  is_training_data: z.boolean(),
  session_notes: z.string().nullable(),
  training_intent_label: LabelSchema.nullable(),
};

/** The event and the answer of a start. The server sets every time, and `start_time` equals `timestamp`. */
export const SessionManagerStartOutputSchema = z
  .strictObject({
    ...boundaryEventFields(ServerTimeSchema),
    start_time: ServerTimeSchema,
    ...startedFields,
  })
  .meta({
    title: "SessionManagerStartOutput",
    description: "The event and the answer of a start; start_time equals timestamp.",
  });
export type SessionManagerStartOutput = z.infer<typeof SessionManagerStartOutputSchema>;

/** The event and the answer of an end. `end_time` equals `timestamp`. */
export const SessionManagerEndOutputSchema = z
  .strictObject({
    ...boundaryEventFields(ServerTimeSchema),
    end_time: ServerTimeSchema,
  })
  .meta({
    title: "SessionManagerEndOutput",
    description: "The event and the answer of an end; end_time equals timestamp.",
  });
export type SessionManagerEndOutput = z.infer<typeof SessionManagerEndOutputSchema>;

/** A start as the upstream service recorded it: times with 0 to 6 fraction digits. */
export const UpstreamStartEventSchema = z
  .strictObject({
    ...boundaryEventFields(ClientTimeSchema),
    start_time: ClientTimeSchema,
    ...startedFields,
  })
  .meta({ title: "UpstreamStartEvent", description: "A start as the upstream service recorded it." });

/** An end as the upstream service recorded it; its `end_time` is the client's and may be before the start. */
export const UpstreamEndEventSchema = z
  .strictObject({
    ...boundaryEventFields(ClientTimeSchema),
    end_time: ClientTimeSchema,
  })
  .meta({
    title: "UpstreamEndEvent",
    description: "An end as the upstream service recorded it; its end_time is the client's.",
  });
