import { z } from "zod";
import { RecordIdSchema, UserIdSchema } from "./ids.ts";
import { LABEL_CHARACTERS_MAX } from "./limits.ts";

/** The version of the A3CP message family that the server's own events carry. */
export const SCHEMA_VERSION = "1.0.1";

/** The `source` of every boundary event. */
export const SESSION_MANAGER_SOURCE = "session_manager";

const SEMVER =
  /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})(?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?$/;

export const SchemaVersionSchema = z.string().regex(SEMVER, "must be a semantic version, such as 1.0.1");

export const ModalitySchema = z.enum(["gesture", "audio", "speech", "image", "multimodal"]);

/** One to 256 characters, counted as code points, so that zod and JSON Schema agree. */
export const LabelSchema = z
  .string()
  .regex(
    new RegExp(`^[\\s\\S]{1,${LABEL_CHARACTERS_MAX}}$`, "u"),
    `must be 1 to ${LABEL_CHARACTERS_MAX} characters`,
  );

/** The performer of what no person did: the ledger itself, or a program. */
export const SYSTEM_PERFORMER_ID = "system";

/** Who performed an act: a label that is not blank. `"system"` is allowed; it is never inferred from `user_id`. */
export const PerformerIdSchema = LabelSchema.regex(/\S/u, "must not be blank");

/** The fields that every message of the A3CP family shares, as a client sends them. */
export const baseInputFields = {
  schema_version: SchemaVersionSchema.nullish(),
  record_id: RecordIdSchema.nullish(),
  user_id: UserIdSchema,
  modality: ModalitySchema.nullish(),
  performer_id: PerformerIdSchema,
};
