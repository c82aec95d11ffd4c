import { z } from "zod";
import { LabelSchema, ModalitySchema, PerformerIdSchema, SchemaVersionSchema } from "./base_message.ts";
import { RecordIdSchema, SessionIdSchema, UserIdSchema } from "./ids.ts";
import { ClientTimeSchema } from "./time.ts";

/** A reference to features kept outside the ledger: never the media itself. */
export const RawFeaturesRefSchema = z.strictObject({
  uri: z.string().regex(/^\S{1,2044}\.npz$/u, "must name an .npz file"),
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 lower-case hex digits"),
  encoding: LabelSchema,
  shape: z.tuple([z.int().min(0), z.int().min(0)]),
  dtype: LabelSchema,
  format: z.literal("npz"),
});

const ClassifierOutputSchema = z
  .object({ unknown: z.number().min(0).max(1) })
  .catchall(z.number().min(0).max(1));

/** The event that opens a capture, and the only one that carries an annotation. */
const CAPTURE_OPEN = "capture.open";

const messageFields = {
  schema_version: SchemaVersionSchema.nullish(),
  record_id: RecordIdSchema,
  user_id: UserIdSchema,
  session_id: SessionIdSchema,
  timestamp: ClientTimeSchema,
  modality: ModalitySchema.nullish(),
  source: LabelSchema,
  performer_id: PerformerIdSchema,
  capture_id: z.uuid("must be a UUID").nullish(),
  raw_features_ref: RawFeaturesRefSchema.nullish(),
  classifier_output: ClassifierOutputSchema.nullish(),
};

/**
 * A message of the A3CP runtime, as a module sends it to be recorded. Extra keys are allowed and recorded; the
 * message is recorded unchanged. An `annotation` belongs to the opening of a capture and to nothing else; that
 * rule stands twice, for zod and for JSON Schema, and the fixtures hold the two equal.
 */
export const A3CPMessageSchema = z
  .looseObject({
    ...messageFields,
    event: LabelSchema.nullish(),
    annotation: z.strictObject({ intent: LabelSchema }).nullish(),
  })
  .refine((message) => message.annotation == null || message.event === CAPTURE_OPEN, {
    path: ["annotation"],
    error: `is allowed only with event "${CAPTURE_OPEN}"`,
  })
  .meta({
    title: "A3CPMessage",
    description: "A message of the A3CP runtime. Extra keys are allowed and recorded.",
    if: { required: ["annotation"], properties: { annotation: { type: "object" } } },
    // biome-ignore lint/suspicious/noThenProperty: this is the keyword of JSON Schema.
    then: { required: ["event"], properties: { event: { const: CAPTURE_OPEN } } },
  });
export type A3CPMessage = z.infer<typeof A3CPMessageSchema>;
