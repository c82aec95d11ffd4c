// The header fields that answers have beside those of every answer, as the API's description has them.
import { z } from "zod";
import { SeqTagSchema } from "./entity_tag.ts";
import { ReplayedSchema } from "./idempotency_key.ts";

/** Those of an answer about one recorded session. */
export const ABOUT_HEADERS = z.object({ ETag: SeqTagSchema });

/** Those of an answer about a session that need not be recorded, or not yet. */
export const MAYBE_ABOUT_HEADERS = ABOUT_HEADERS.partial();

/** Those of the answer to a command. */
export const COMMAND_HEADERS = z.object({
  ETag: SeqTagSchema,
  "Idempotent-Replayed": ReplayedSchema.optional(),
});
