import type { Decision } from "@session-ledger/session_domain";
import type { z } from "zod";
import { ServiceError } from "./service_error.ts";

/**
 * The one event of a boundary decision, which is also the answer, once it matches its output schema.
 * @throws ServiceError `EVENT_INVALID`: what the server itself made is wrong, and must not be recorded
 */
export function outputEvent<Schema extends z.ZodType>(
  schema: Schema,
  { events }: Decision,
): z.output<Schema> {
  const result = schema.safeParse(events[0]?.event);
  if (!result.success || events.length !== 1) {
    throw new ServiceError("EVENT_INVALID", events[0]?.type, { cause: result.error });
  }
  return result.data;
}
