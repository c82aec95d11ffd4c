import { z } from "zod";
import {
  baseInputFields,
  ModalitySchema,
  PerformerIdSchema,
  SchemaVersionSchema,
  SESSION_MANAGER_SOURCE,
} from "./base_message.ts";
import { RecordIdSchema, SessionIdSchema, UserIdSchema } from "./ids.ts";

const boundarySource = z.literal(SESSION_MANAGER_SOURCE);

/** The fields of every boundary command. No command has a field that only the server sets. */
export const boundaryInputFields = { ...baseInputFields, source: boundarySource.nullish() };

/** The fields of every boundary command on a session that there is. */
export const sessionInputFields = { ...boundaryInputFields, session_id: SessionIdSchema };

/** The fields of every boundary event; `time` is how its times are written. */
export const boundaryEventFields = <Time extends z.ZodType<string>>(time: Time) => ({
  schema_version: SchemaVersionSchema,
  record_id: RecordIdSchema,
  user_id: UserIdSchema,
  session_id: SessionIdSchema,
  timestamp: time,
  modality: ModalitySchema.nullable(),
  source: boundarySource,
  performer_id: PerformerIdSchema,
});
