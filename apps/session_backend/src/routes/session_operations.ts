import {
  ABOUT_HEADERS,
  APPEND_ERRORS,
  CHANGE_ERRORS,
  COMMAND_HEADERS,
  IF_MATCH_HEADERS,
  LOG_ERRORS,
  type Operation,
  STORE_ERRORS,
  sendAbout,
  sendList,
  validated,
} from "@session-ledger/http_api";
import {
  AgentSessionCreateInputSchema,
  AgentSessionSchema,
  AgentSessionUpdateInputSchema,
  SessionIdSchema,
} from "@session-ledger/session_contract";
import { z } from "zod";
import { ownerOf } from "../owner.ts";
import type { SessionBackendService } from "../service.ts";
import type { SessionReads } from "../session_reads.ts";
import * as examples from "./examples.ts";
import {
  bodyOf,
  commandRequestOf,
  OwnerQuerySchema,
  pathOf,
  SessionPathSchema,
  withoutId,
} from "./inputs.ts";
import { type ListLimits, PageQuerySchema, pageFields, pageOf } from "./pages.ts";

const SessionPageSchema = z.strictObject({ sessions: z.array(AgentSessionSchema), ...pageFields });

const SessionUpdateBodySchema = AgentSessionUpdateInputSchema.extend({
  session_id: SessionIdSchema.optional(),
});

/** What is done with sessions. */
export function sessionOperations(
  service: SessionBackendService,
  reads: SessionReads,
  limits: ListLimits,
): readonly Operation[] {
  return [
    {
      method: "post",
      path: "/sessions",
      operation_id: "create_agent_session",
      roles: ["service", "user"],
      summary: "Create a session of agents",
      description: "The client chooses the id, which is unique for each owner.",
      query: OwnerQuerySchema,
      request: { schema: AgentSessionCreateInputSchema, required: true, example: examples.SESSION_INPUT },
      responses: {
        201: {
          description: "The session is created.",
          schema: AgentSessionSchema,
          example: examples.SESSION,
          headers: COMMAND_HEADERS,
        },
      },
      errors: ["FORBIDDEN_USER", "SESSION_EXISTS", "ID_CASE_CONFLICT", ...APPEND_ERRORS],
      handle: async (request, response, { caller }) => {
        const { user_id } = validated(OwnerQuerySchema, request.query);
        const input = bodyOf(AgentSessionCreateInputSchema, request);
        const log = { user_id: ownerOf(caller, user_id), session_id: input.session_id };
        sendAbout(response, 201, await service.createSession(log, input, commandRequestOf(request, caller)));
      },
    },
    {
      method: "get",
      path: "/sessions",
      operation_id: "list_agent_sessions",
      roles: ["service", "user", "operator"],
      summary: "List sessions of agents",
      description: "The newest first, page by page. A page past the end is empty.",
      query: PageQuerySchema,
      responses: {
        200: {
          description: "A page of sessions.",
          schema: SessionPageSchema,
          example: examples.SESSION_PAGE,
        },
      },
      errors: ["FORBIDDEN_USER", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
      handle: async (request, response, { caller }) => {
        const query = validated(PageQuerySchema, request.query);
        const page = pageOf(query);
        const { items, total } = await reads.list(ownerOf(caller, query.user_id), page);
        await sendList(
          response,
          { name: "sessions", slices: items, fields: { total, ...page } },
          limits.stall_ms,
        );
      },
    },
    {
      method: "get",
      path: "/sessions/{session_id}",
      operation_id: "get_agent_session",
      roles: ["service", "user", "operator"],
      summary: "Read a session of agents",
      description: "The session itself; its agents and their messages are read on their own.",
      path_params: SessionPathSchema,
      query: OwnerQuerySchema,
      responses: {
        200: {
          description: "The session.",
          schema: AgentSessionSchema,
          example: examples.SESSION,
          headers: ABOUT_HEADERS,
        },
      },
      errors: ["FORBIDDEN_USER", "SESSION_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
      handle: async (request, response, { caller }) => {
        const { log } = pathOf(SessionPathSchema, request, caller);
        sendAbout(response, 200, await reads.session(log));
      },
    },
    {
      method: "put",
      path: "/sessions/{session_id}",
      operation_id: "update_agent_session",
      roles: ["service", "user"],
      summary: "Change a session of agents",
      description: "What is not sent stays as it is. Honours `If-Match`.",
      path_params: SessionPathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      request: { schema: SessionUpdateBodySchema, required: true, example: examples.SESSION_CHANGES },
      responses: {
        200: {
          description: "The session as it is now.",
          schema: AgentSessionSchema,
          example: examples.SESSION,
          headers: ABOUT_HEADERS,
        },
      },
      errors: ["FORBIDDEN_USER", "SESSION_NOT_FOUND", "PRECONDITION_FAILED", ...CHANGE_ERRORS],
      handle: async (request, response, { caller }) => {
        const { log, session_id } = pathOf(SessionPathSchema, request, caller);
        const input = withoutId(bodyOf(SessionUpdateBodySchema, request), "session_id", session_id);
        sendAbout(response, 200, await service.updateSession(log, input, commandRequestOf(request, caller)));
      },
    },
    {
      method: "delete",
      path: "/sessions/{session_id}",
      operation_id: "delete_agent_session",
      roles: ["service", "user"],
      summary: "Delete a session of agents for good",
      description: "It is erased with its agents and messages: nothing of it is left. Honours `If-Match`.",
      path_params: SessionPathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      responses: { 204: { description: "The session is erased." } },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "PRECONDITION_FAILED",
        "SEQ_CONFLICT",
        ...LOG_ERRORS,
        ...STORE_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log } = pathOf(SessionPathSchema, request, caller);
        await service.deleteSession(log, commandRequestOf(request, caller));
        response.status(204).end();
      },
    },
  ];
}
