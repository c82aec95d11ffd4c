import {
  ACT_ERRORS,
  APPEND_ERRORS,
  assertMayActFor,
  COMMAND_HEADERS,
  IF_MATCH_HEADERS,
  jsonBody,
  type Operation,
  sendAbout,
  validated,
} from "@session-ledger/http_api";
import {
  type ErrorCode,
  SessionManagerDeleteInputSchema,
  SessionManagerDeleteOutputSchema,
  SessionManagerPauseInputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeInputSchema,
  SessionManagerResumeOutputSchema,
} from "@session-ledger/session_contract";
import type { SessionService } from "../service.ts";
import { commandRequestOf } from "./command_request_of.ts";
import * as examples from "./examples.ts";

const MOVE_ERRORS: readonly ErrorCode[] = [
  ...ACT_ERRORS,
  "SESSION_NOT_FOUND",
  "SESSION_USER_MISMATCH",
  "ILLEGAL_TRANSITION",
  "PRECONDITION_FAILED",
  "EVENT_INVALID",
  ...APPEND_ERRORS,
];

/** `sessions.pause`, `sessions.resume` and `sessions.delete`. */
export function lifecycleOperations(service: SessionService): readonly Operation[] {
  return [
    {
      method: "post",
      path: "/session_manager/sessions.pause",
      operation_id: "pause_session",
      roles: ["service", "user"],
      summary: "Pause a session",
      description:
        "A paused session records nothing, and still is its user's one session. Honours `If-Match`.",
      headers: IF_MATCH_HEADERS,
      request: { schema: SessionManagerPauseInputSchema, required: true, example: examples.PAUSE_INPUT },
      responses: {
        200: {
          description: "The session is paused, and the event recorded.",
          schema: SessionManagerPauseOutputSchema,
          example: examples.PAUSE_OUTPUT,
          headers: COMMAND_HEADERS,
        },
      },
      errors: ["SESSION_ALREADY_CLOSED", ...MOVE_ERRORS],
      handle: async (request, response, { caller }) => {
        const input = validated(SessionManagerPauseInputSchema, jsonBody(request));
        assertMayActFor(caller, input);
        sendAbout(response, 200, await service.pause(input, commandRequestOf(request, caller)));
      },
    },
    {
      method: "post",
      path: "/session_manager/sessions.resume",
      operation_id: "resume_session",
      roles: ["service", "user"],
      summary: "Resume a paused session",
      description: "Honours `If-Match`.",
      headers: IF_MATCH_HEADERS,
      request: { schema: SessionManagerResumeInputSchema, required: true, example: examples.RESUME_INPUT },
      responses: {
        200: {
          description: "The session is active again, and the event recorded.",
          schema: SessionManagerResumeOutputSchema,
          example: examples.RESUME_OUTPUT,
          headers: COMMAND_HEADERS,
        },
      },
      errors: ["SESSION_ALREADY_CLOSED", ...MOVE_ERRORS],
      handle: async (request, response, { caller }) => {
        const input = validated(SessionManagerResumeInputSchema, jsonBody(request));
        assertMayActFor(caller, input);
        sendAbout(response, 200, await service.resume(input, commandRequestOf(request, caller)));
      },
    },
    {
      method: "post",
      path: "/session_manager/sessions.delete",
      operation_id: "delete_session",
      roles: ["service", "user"],
      summary: "Delete a session that has ended",
      description:
        "It is found no more, unless deleted sessions are asked for; its log stays until an operator erases it. Honours `If-Match`.",
      headers: IF_MATCH_HEADERS,
      request: { schema: SessionManagerDeleteInputSchema, required: true, example: examples.DELETE_INPUT },
      responses: {
        200: {
          description: "The session is deleted, and the event recorded.",
          schema: SessionManagerDeleteOutputSchema,
          example: examples.DELETE_OUTPUT,
          headers: COMMAND_HEADERS,
        },
      },
      errors: MOVE_ERRORS,
      handle: async (request, response, { caller }) => {
        const input = validated(SessionManagerDeleteInputSchema, jsonBody(request));
        assertMayActFor(caller, input);
        sendAbout(response, 200, await service.delete(input, commandRequestOf(request, caller)));
      },
    },
  ];
}
