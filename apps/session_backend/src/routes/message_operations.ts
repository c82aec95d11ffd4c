import {
  ABOUT_HEADERS,
  APPEND_ERRORS,
  CHANGE_ERRORS,
  COMMAND_HEADERS,
  IF_MATCH_HEADERS,
  LOG_ERRORS,
  type Operation,
  sendAbout,
} from "@session-ledger/http_api";
import {
  AgentMessageCreateInputSchema,
  AgentMessageSchema,
  AgentMessageUpdateInputSchema,
  MessageIdSchema,
} from "@session-ledger/session_contract";
import type { SessionBackendService } from "../service.ts";
import type { SessionReads } from "../session_reads.ts";
import * as examples from "./examples.ts";
import {
  AgentPathSchema,
  bodyOf,
  commandRequestOf,
  MessagePathSchema,
  OwnerQuerySchema,
  pathOf,
  withoutId,
} from "./inputs.ts";
import { messageListOperation } from "./message_list_operation.ts";
import type { ListLimits } from "./pages.ts";

const MessageUpdateBodySchema = AgentMessageUpdateInputSchema.extend({
  message_id: MessageIdSchema.optional(),
});

/** What is done with the messages of an agent. */
export function messageOperations(
  service: SessionBackendService,
  reads: SessionReads,
  limits: ListLimits,
): readonly Operation[] {
  return [
    {
      method: "post",
      path: "/sessions/{session_id}/agents/{agent_id}/messages",
      operation_id: "create_message",
      roles: ["service", "user"],
      summary: "Create a message",
      description: "The client numbers the messages of an agent, in any order. Honours `If-Match`.",
      path_params: AgentPathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      request: { schema: AgentMessageCreateInputSchema, required: true, example: examples.MESSAGE_INPUT },
      responses: {
        201: {
          description: "The message is created.",
          schema: AgentMessageSchema,
          example: examples.MESSAGE,
          headers: COMMAND_HEADERS,
        },
      },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_NOT_FOUND",
        "MESSAGE_EXISTS",
        "PRECONDITION_FAILED",
        ...APPEND_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log, agent_id } = pathOf(AgentPathSchema, request, caller);
        const input = bodyOf(AgentMessageCreateInputSchema, request);
        const command = commandRequestOf(request, caller);
        sendAbout(response, 201, await service.createMessage(log, agent_id, input, command));
      },
    },
    messageListOperation(reads, limits),
    {
      method: "get",
      path: "/sessions/{session_id}/agents/{agent_id}/messages/{message_id}",
      operation_id: "get_message",
      roles: ["service", "user", "operator"],
      summary: "Read a message",
      description: "Of a redacted one, `message` is what stands in its place.",
      path_params: MessagePathSchema,
      query: OwnerQuerySchema,
      responses: {
        200: {
          description: "The message.",
          schema: AgentMessageSchema,
          example: examples.MESSAGE,
          headers: ABOUT_HEADERS,
        },
      },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_NOT_FOUND",
        "MESSAGE_NOT_FOUND",
        ...LOG_ERRORS,
        "STORE_UNAVAILABLE",
      ],
      handle: async (request, response, { caller }) => {
        const { log, agent_id, message_id } = pathOf(MessagePathSchema, request, caller);
        sendAbout(response, 200, await reads.message(log, agent_id, Number(message_id)));
      },
    },
    {
      method: "put",
      path: "/sessions/{session_id}/agents/{agent_id}/messages/{message_id}",
      operation_id: "update_message",
      roles: ["service", "user"],
      summary: "Change or redact a message",
      description:
        "`redact_message` hides the message from every read from then on, whatever it becomes later; only another redaction takes its place. Honours `If-Match`.",
      path_params: MessagePathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      request: { schema: MessageUpdateBodySchema, required: true, example: examples.MESSAGE_CHANGES },
      responses: {
        200: {
          description: "The message as it is read now.",
          schema: AgentMessageSchema,
          example: examples.MESSAGE,
          headers: ABOUT_HEADERS,
        },
      },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_NOT_FOUND",
        "MESSAGE_NOT_FOUND",
        "PRECONDITION_FAILED",
        ...CHANGE_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log, agent_id, message_id } = pathOf(MessagePathSchema, request, caller);
        const id = Number(message_id);
        const input = withoutId(bodyOf(MessageUpdateBodySchema, request), "message_id", id);
        const command = commandRequestOf(request, caller);
        sendAbout(response, 200, await service.updateMessage(log, agent_id, id, input, command));
      },
    },
    {
      method: "delete",
      path: "/sessions/{session_id}/agents/{agent_id}/messages/{message_id}",
      operation_id: "delete_message",
      roles: ["service", "user"],
      summary: "Delete a message",
      description: "It is found no more. Honours `If-Match`.",
      path_params: MessagePathSchema,
      query: OwnerQuerySchema,
      headers: IF_MATCH_HEADERS,
      responses: { 204: { description: "The message is deleted." } },
      errors: [
        "FORBIDDEN_USER",
        "SESSION_NOT_FOUND",
        "AGENT_NOT_FOUND",
        "MESSAGE_NOT_FOUND",
        "PRECONDITION_FAILED",
        ...CHANGE_ERRORS,
      ],
      handle: async (request, response, { caller }) => {
        const { log, agent_id, message_id } = pathOf(MessagePathSchema, request, caller);
        const command = commandRequestOf(request, caller);
        await service.deleteMessage(log, agent_id, Number(message_id), command);
        response.status(204).end();
      },
    },
  ];
}
