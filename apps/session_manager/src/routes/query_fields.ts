import { z } from "zod";

const PAGE_LIMIT_DEFAULT = 50;
const PAGE_LIMIT_MAX = 200;

/** Whether deleted sessions are meant too. */
export const IncludeDeletedSchema = z
  .enum(["true", "false"])
  .meta({ description: "Whether deleted sessions are found too; by default they are not." });

/** How much a page holds at the most. */
export const LimitSchema = z
  .string()
  .regex(/^(?:[1-9]\d?|1\d\d|200)$/, `must be a whole number from 1 to ${PAGE_LIMIT_MAX}`)
  .meta({
    description: `How many a page holds at the most: 1 to ${PAGE_LIMIT_MAX}, by default ${PAGE_LIMIT_DEFAULT}.`,
  });

/** The limit that a request asks for. */
export function limitOf(limit: string | undefined): number {
  return limit === undefined ? PAGE_LIMIT_DEFAULT : Number(limit);
}

/** A session's id in a path; whether it has the format of one is said by the look-up, with the reason. */
export const SessionPathSchema = z.object({
  session_id: z.string().meta({ description: "In one of the formats of a session id." }),
});
