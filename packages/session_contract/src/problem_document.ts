import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "./error_codes.ts";
import { ProblemMembersSchema } from "./problem_members.ts";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The body of every error (RFC 9457). */
export const ProblemSchema = z.strictObject({
  type: z.string().meta({ description: "Names the kind of error; equal for equal codes." }),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().meta({ description: "What is wrong, for a person to act on." }),
  code: z
    .enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]])
    .meta({ description: "Stable; clients branch on it." }),
  request_id: z.string(),
  errors: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .optional()
    .meta({ description: "Each fault of a request that is not valid." }),
  ...ProblemMembersSchema.shape,
});
export type Problem = z.infer<typeof ProblemSchema>;
