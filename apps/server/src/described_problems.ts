import {
  type Face,
  HTTP_STATUS,
  HttpRejected,
  type Operation,
  retryAfterSeconds,
  toProblem,
} from "@session-ledger/http_api";
import {
  ERROR_CODES,
  type ErrorCode,
  type LedgerErrorOptions,
  NOT_FOUND_DETAILS,
  PROBLEM_MEDIA_TYPE,
  ProblemSchema,
} from "@session-ledger/session_contract";
import { z } from "zod";
import type { ZodOpenApiExamplesObject, ZodOpenApiResponseObject } from "zod-openapi";
import { ANSWER_HEADERS, EXAMPLE_REQUEST_ID } from "./described_headers.ts";

/** What any request may be answered with. */
const ERRORS_OF_ANY: readonly ErrorCode[] = [
  "HOST_FORBIDDEN",
  "ORIGIN_FORBIDDEN",
  "RATE_LIMITED",
  "REQUEST_TIMEOUT",
  "HEADERS_TOO_LARGE",
  "INTERNAL_ERROR",
];

/** What any request to an operation that is not open to anyone may be answered with. */
const ERRORS_OF_KEYED: readonly ErrorCode[] = ["UNAUTHENTICATED", "FORBIDDEN_ROLE"];

/** What any request with a body may be answered with, beside the face's own code for one that is not valid. */
const ERRORS_OF_BODY: readonly ErrorCode[] = ["BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"];

/** For an `Idempotency-Key` that has not the form, whatever the face. */
const ERRORS_OF_POST: readonly ErrorCode[] = ["REQUEST_INVALID"];

const FIELD_ERRORS = { errors: [{ path: "performer_id", message: "is required" }] };

/** What an example has beside its code, for codes whose problems always have it. */
const EXAMPLE_OPTIONS: Partial<Record<ErrorCode, LedgerErrorOptions>> = {
  REQUEST_INVALID: { ...FIELD_ERRORS, detail: "`performer_id` is required." },
  CONTENT_INVALID: { ...FIELD_ERRORS, detail: "`performer_id` is required." },
  SESSION_NOT_FOUND: {
    detail: NOT_FOUND_DETAILS.not_found_never_existed,
    members: { found: false, reason: "not_found_never_existed" },
  },
  ILLEGAL_TRANSITION: { members: { old_state: "active", new_state: "deleted" } },
};

/** Every code that the operation may answer, each once, those of its own first. */
export function errorsOf(face: Face, operation: Operation): readonly ErrorCode[] {
  const { method, path_params, query, headers, request } = operation;
  const takes_input = request ?? path_params ?? query ?? headers;
  return [
    ...new Set([
      ...operation.errors,
      ...(takes_input === undefined ? [] : [face.invalid]),
      ...(method === "post" ? ERRORS_OF_POST : []),
      ...(operation.roles === "anyone" ? [] : ERRORS_OF_KEYED),
      ...(request === undefined ? [] : ERRORS_OF_BODY),
      ...ERRORS_OF_ANY,
    ]),
  ];
}

/** The answer that all of these codes share, which have one status. */
export function describeProblem(codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join("\n\n"),
    headers: problemHeaders(codes),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: ProblemSchema,
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** A problem of each code, to which the answers point. */
export const PROBLEM_EXAMPLES: ZodOpenApiExamplesObject = Object.fromEntries(
  (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const error = new HttpRejected(code, undefined, EXAMPLE_OPTIONS[code]);
    return [code, { summary: ERROR_CODES[code].title, value: toProblem(error, EXAMPLE_REQUEST_ID) }];
  }),
);

function problemHeaders(codes: readonly ErrorCode[]): z.ZodObject {
  const waits = codes.filter((code) => code === "RATE_LIMITED" || retryAfterSeconds(code) !== undefined);
  const retry_after = z
    .string()
    .regex(/^[1-9]\d*$/)
    .meta({ description: "How many seconds to wait before the request is sent again." });
  return z.object({
    ...ANSWER_HEADERS,
    "Cache-Control": z.literal("no-store"),
    ...(codes.includes("UNAUTHENTICATED") && { "WWW-Authenticate": z.literal("Bearer") }),
    ...(waits.length > 0 && {
      "Retry-After": waits.length === codes.length ? retry_after : retry_after.optional(),
    }),
  });
}

/** The codes by their statuses. */
export function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  return Map.groupBy(codes, (code) => HTTP_STATUS[code]);
}
