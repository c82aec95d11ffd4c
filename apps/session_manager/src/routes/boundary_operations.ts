import {
  ACT_ERRORS,
  APPEND_ERRORS,
  assertMayActFor,
  COMMAND_HEADERS,
  IF_MATCH_HEADERS,
  idempotencyOf,
  jsonBody,
  LOG_ERRORS,
  MAYBE_ABOUT_HEADERS,
  type Operation,
  sendAbout,
  validated,
} from "@session-ledger/http_api";
import type { JsonValue } from "@session-ledger/session_contract";
import {
  SessionManagerEndInputSchema,
  SessionManagerEndOutputSchema,
  SessionManagerStartInputSchema,
  SessionManagerStartOutputSchema,
  SessionManagerValidateInputSchema,
  SessionValiditySchema,
} from "@session-ledger/session_contract";
import type { Request } from "express";
import type { SessionManagerConfig } from "../models.ts";
import type { SessionService } from "../service.ts";
import { commandRequestOf } from "./command_request_of.ts";
import * as examples from "./examples.ts";
import { withoutClientTimes } from "./lenient_input.ts";

/** `sessions.start`, `sessions.end` and `sessions.validate`. */
export function boundaryOperations(
  service: SessionService,
  { a3cp_compatibility }: SessionManagerConfig,
): readonly Operation[] {
  const boundaryBody = (request: Request): JsonValue | undefined =>
    a3cp_compatibility === "lenient" ? withoutClientTimes(jsonBody(request)) : jsonBody(request);

  return [
    {
      method: "post",
      path: "/session_manager/sessions.start",
      operation_id: "start_session",
      roles: ["service", "user"],
      summary: "Start a session",
      description: "A user has at most one session that is active or paused.",
      request: { schema: SessionManagerStartInputSchema, required: true, example: examples.START_INPUT },
      responses: {
        200: {
          description: "The session is started, and the event recorded.",
          schema: SessionManagerStartOutputSchema,
          example: examples.START_OUTPUT,
          headers: COMMAND_HEADERS,
        },
      },
      errors: [
        ...ACT_ERRORS,
        "SESSION_ALREADY_ACTIVE",
        "CLAIM_TAKEN",
        "ID_CASE_CONFLICT",
        "EVENT_INVALID",
        ...APPEND_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const input = validated(SessionManagerStartInputSchema, boundaryBody(request));
        assertMayActFor(caller, input);
        sendAbout(
          response,
          200,
          await service.start(input, { principal: caller.principal, idempotency: idempotencyOf(request) }),
        );
      },
    },
    {
      method: "post",
      path: "/session_manager/sessions.end",
      operation_id: "end_session",
      roles: ["service", "user"],
      summary: "End a session",
      description: "A paused session may be ended too. Honours `If-Match`.",
      headers: IF_MATCH_HEADERS,
      request: { schema: SessionManagerEndInputSchema, required: true, example: examples.END_INPUT },
      responses: {
        200: {
          description: "The session is ended, and the event recorded.",
          schema: SessionManagerEndOutputSchema,
          example: examples.END_OUTPUT,
          headers: COMMAND_HEADERS,
        },
      },
      errors: [
        ...ACT_ERRORS,
        "SESSION_NOT_FOUND",
        "SESSION_USER_MISMATCH",
        "SESSION_ALREADY_ENDED",
        "PRECONDITION_FAILED",
        "EVENT_INVALID",
        ...APPEND_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const input = validated(SessionManagerEndInputSchema, boundaryBody(request));
        assertMayActFor(caller, input);
        sendAbout(response, 200, await service.end(input, commandRequestOf(request, caller)));
      },
    },
    {
      method: "post",
      path: "/session_manager/sessions.validate",
      operation_id: "validate_session",
      roles: ["service", "user"],
      summary: "Ask whether a session is open",
      description:
        "`active` or paused is `active`, ended is `closed`; unknown, deleted or another user's is `invalid`. It changes nothing.",
      request: {
        schema: SessionManagerValidateInputSchema,
        required: true,
        example: examples.VALIDATE_INPUT,
      },
      responses: {
        200: {
          description: "Whether it is open.",
          schema: SessionValiditySchema,
          example: examples.VALIDITY,
          headers: MAYBE_ABOUT_HEADERS,
        },
      },
      errors: ["FORBIDDEN_USER", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
      handle: async (request, response, { caller }) => {
        const input = validated(SessionManagerValidateInputSchema, jsonBody(request));
        assertMayActFor(caller, input);
        sendAbout(response, 200, await service.validate(input));
      },
    },
  ];
}
