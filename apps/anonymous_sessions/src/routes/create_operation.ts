import {
  assertValid,
  COMMAND_HEADERS,
  IDEMPOTENCY_ERRORS,
  idempotencyOf,
  jsonBody,
  LOG_ERRORS,
  type Operation,
  STORE_ERRORS,
  sendAbout,
} from "@session-ledger/http_api";
import { AnonymousSessionSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import type { AnonymousSessionService } from "../service.ts";
import { SESSION } from "./example.ts";

/** A session takes nothing from its client, so that nothing of the client comes into the ledger. */
const NothingSchema = z.strictObject({});

export function createOperation(service: AnonymousSessionService): Operation {
  return {
    method: "post",
    path: "",
    operation_id: "create_anonymous_session",
    roles: ["service", "user"],
    summary: "Create an anonymous session",
    description:
      "Every call makes a new one, unless it carries an `Idempotency-Key` whose session was not deleted.",
    request: { schema: NothingSchema, required: false, example: {} },
    responses: {
      201: {
        description: "The session is created.",
        schema: AnonymousSessionSchema,
        example: SESSION,
        headers: COMMAND_HEADERS,
      },
    },
    errors: [...LOG_ERRORS, ...IDEMPOTENCY_ERRORS, ...STORE_ERRORS],
    handle: async (request, response) => {
      const body = jsonBody(request);
      if (body !== undefined) assertValid(NothingSchema, body);
      sendAbout(response, 201, await service.create(idempotencyOf(request)));
    },
  };
}
