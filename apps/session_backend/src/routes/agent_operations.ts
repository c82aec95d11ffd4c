import {
  ABOUT_HEADERS,
  APPEND_ERRORS,
  CHANGE_ERRORS,
  COMMAND_HEADERS,
  IF_MATCH_HEADERS,
  InputInvalid,
  LOG_ERRORS,
  type Operation,
  sendAbout,
  sendList,
  validated,
} from "@session-ledger/http_api";
import {
  AgentCreateInputSchema,
  AgentIdSchema,
  AgentSchema,
  AgentUpdateInputSchema,
} from "@session-ledger/session_contract";
import { z } from "zod";
import type { SessionBackendService } from "../service.ts";
import type { SessionReads } from "../session_reads.ts";
import * as examples from "./examples.ts";
import {
  AgentPathSchema,
  bodyOf,
  commandRequestOf,
  OwnerQuerySchema,
  pathOf,
  SessionPathSchema,
  withoutId,
} from "./inputs.ts";
import { type ListLimits, PageQuerySchema, pageFields, pageOf } from "./pages.ts";

const AgentPageSchema = z.strictObject({ agents: z.array(AgentSchema), ...pageFields });

/** What clients of older libraries send as `internal_state`. */
const alias = {
  _internal_state: AgentUpdateInputSchema.shape.internal_state.meta({
    description: "Another name of `internal_state`.",
  }),
};
const AgentCreateBodySchema = AgentCreateInputSchema.extend(alias);
const AgentUpdateBodySchema = AgentUpdateInputSchema.extend({ ...alias, agent_id: AgentIdSchema.optional() });

/** What is done with the agents of a session. */
export function agentOperations(
  service: SessionBackendService,
  reads: SessionReads,
  limits: ListLimits,
): readonly Operation[] {
  return [
    {
      method: "post",
      path: "/sessions/{session_id}/agents",
      operation_id: "create_agent",
      roles: ["service", "user"],
      summary: "Create an agent",
      description: "The client chooses the id, which is unique in its session. Honours `If-Match`.",
      path_params: SessionPathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      request: { schema: AgentCreateBodySchema, required: true, example: examples.AGENT_INPUT },
      responses: {
        201: {
          description: "The agent is created.",
          schema: AgentSchema,
          example: examples.AGENT,
          headers: COMMAND_HEADERS,
        },
      },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_EXISTS",
        "PRECONDITION_FAILED",
        ...APPEND_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log } = pathOf(SessionPathSchema, request, caller);
        const input = withoutAlias(bodyOf(AgentCreateBodySchema, request));
        sendAbout(response, 201, await service.createAgent(log, input, commandRequestOf(request, caller)));
      },
    },
    {
      method: "get",
      path: "/sessions/{session_id}/agents",
      operation_id: "list_agents",
      roles: ["service", "user", "operator"],
      summary: "List the agents of a session",
      description: "The oldest first, page by page. A page past the end is empty.",
      path_params: SessionPathSchema,
      query: PageQuerySchema,
      responses: {
        200: {
          description: "A page of agents.",
          schema: AgentPageSchema,
          example: examples.AGENT_PAGE,
          headers: ABOUT_HEADERS,
        },
      },
      errors: ["FORBIDDEN_USER", "SESSION_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
      handle: async (request, response, { caller }) => {
        const { log } = pathOf(SessionPathSchema, request, caller, PageQuerySchema);
        const page = pageOf(validated(PageQuerySchema, request.query));
        const { answer, seq } = await reads.agents(log, page);
        const fields = { total: answer.total, ...page };
        await sendList(response, { name: "agents", slices: answer.items, fields, seq }, limits.stall_ms);
      },
    },
    {
      method: "get",
      path: "/sessions/{session_id}/agents/{agent_id}",
      operation_id: "get_agent",
      roles: ["service", "user", "operator"],
      summary: "Read an agent",
      description: "With its states as they are now.",
      path_params: AgentPathSchema,
      query: OwnerQuerySchema,
      responses: {
        200: {
          description: "The agent.",
          schema: AgentSchema,
          example: examples.AGENT,
          headers: ABOUT_HEADERS,
        },
      },
      errors: ["FORBIDDEN_USER", "SESSION_NOT_FOUND", "AGENT_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
      handle: async (request, response, { caller }) => {
        const { log, agent_id } = pathOf(AgentPathSchema, request, caller);
        sendAbout(response, 200, await reads.agent(log, agent_id));
      },
    },
    {
      method: "put",
      path: "/sessions/{session_id}/agents/{agent_id}",
      operation_id: "update_agent",
      roles: ["service", "user"],
      summary: "Change an agent",
      description: "A state that is not sent stays as it is. Honours `If-Match`.",
      path_params: AgentPathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      request: { schema: AgentUpdateBodySchema, required: true, example: examples.AGENT_CHANGES },
      responses: {
        200: {
          description: "The agent as it is now.",
          schema: AgentSchema,
          example: examples.AGENT,
          headers: ABOUT_HEADERS,
        },
      },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_NOT_FOUND",
        "PRECONDITION_FAILED",
        ...CHANGE_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log, agent_id } = pathOf(AgentPathSchema, request, caller);
        const body = withoutId(bodyOf(AgentUpdateBodySchema, request), "agent_id", agent_id);
        const command = commandRequestOf(request, caller);
        sendAbout(response, 200, await service.updateAgent(log, agent_id, withoutAlias(body), command));
      },
    },
    {
      method: "delete",
      path: "/sessions/{session_id}/agents/{agent_id}",
      operation_id: "delete_agent",
      roles: ["service", "user"],
      summary: "Delete an agent",
      description: "Its messages go with it. Honours `If-Match`.",
      path_params: AgentPathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      responses: { 204: { description: "The agent is deleted." } },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_NOT_FOUND",
        "PRECONDITION_FAILED",
        ...CHANGE_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log, agent_id } = pathOf(AgentPathSchema, request, caller);
        await service.deleteAgent(log, agent_id, commandRequestOf(request, caller));
        response.status(204).end();
      },
    },
  ];
}

/** @throws InputInvalid if the state is sent under both of its names */
function withoutAlias<State, Body extends { internal_state?: State; _internal_state?: State }>(
  body: Body,
): Omit<Body, "_internal_state"> {
  const { _internal_state, ...fields } = body;
  if (_internal_state === undefined) return fields;
  if (fields.internal_state !== undefined) {
    throw new InputInvalid({ path: "_internal_state", message: "is another name of `internal_state`" });
  }
  return { ...fields, internal_state: _internal_state };
}
