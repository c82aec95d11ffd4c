import {
  ACT_ERRORS,
  APPEND_ERRORS,
  assertMayActFor,
  assertValid,
  COMMAND_HEADERS,
  IF_MATCH_HEADERS,
  jsonBody,
  type Operation,
  sendAbout,
} from "@session-ledger/http_api";
import { A3CPMessageSchema, AppendReceiptSchema, type JsonValue } from "@session-ledger/session_contract";
import type { SessionService } from "../service.ts";
import { commandRequestOf } from "./command_request_of.ts";
import * as examples from "./examples.ts";

/** The recording of a message in a session. */
export function appendOperation(service: SessionService): Operation {
  return {
    method: "post",
    path: "/schema-recorder/append",
    operation_id: "append_message",
    roles: ["service", "user"],
    summary: "Record a message",
    description: "The message is recorded unchanged, under its own `record_id`. Honours `If-Match`.",
    headers: IF_MATCH_HEADERS,
    request: { schema: A3CPMessageSchema, required: true, example: examples.MESSAGE },
    responses: {
      201: {
        description: "The message is recorded.",
        schema: AppendReceiptSchema,
        example: examples.RECEIPT,
        headers: COMMAND_HEADERS,
      },
    },
    errors: [
      ...ACT_ERRORS,
      "RAW_MEDIA_REFUSED",
      "SESSION_NOT_FOUND",
      "SESSION_USER_MISMATCH",
      "SESSION_ALREADY_CLOSED",
      "SESSION_PAUSED",
      "RECORD_ID_REUSED",
      "PRECONDITION_FAILED",
      ...APPEND_ERRORS,
    ],
    handle: async (request, response, { caller }) => {
      const message: JsonValue | undefined = jsonBody(request);
      assertValid(A3CPMessageSchema, message);
      assertMayActFor(caller, message);
      sendAbout(response, 201, await service.append(message, commandRequestOf(request, caller)));
    },
  };
}
