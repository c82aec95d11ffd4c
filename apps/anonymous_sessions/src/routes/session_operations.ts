import {
  ABOUT_HEADERS,
  ifMatch,
  LOG_ERRORS,
  type Operation,
  STORE_ERRORS,
  sendAbout,
  validated,
} from "@session-ledger/http_api";
import { AnonymousSessionSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import type { AnonymousSessionService } from "../service.ts";
import { SESSION } from "./example.ts";

/** Upper case is taken too, as RFC 9562 asks of who reads a UUID: some clients' own UUIDs print so. */
const PathSchema = z.object({
  session_id: z.uuid("must be a UUID").toLowerCase().meta({ description: "The session's id." }),
});

/** What is done with one session. */
export function sessionOperations(service: AnonymousSessionService): readonly Operation[] {
  return [
    {
      method: "get",
      path: "/{session_id}",
      operation_id: "get_anonymous_session",
      roles: ["service", "user"],
      summary: "Look an anonymous session up",
      description:
        "What is not found may never have been, or may have been deleted: nothing tells the two apart.",
      path_params: PathSchema,
      responses: {
        200: {
          description: "The session.",
          schema: AnonymousSessionSchema,
          example: SESSION,
          headers: ABOUT_HEADERS,
        },
      },
      errors: ["SESSION_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
      handle: async (request, response) => {
        const { session_id } = validated(PathSchema, request.params);
        sendAbout(response, 200, await service.find(session_id));
      },
    },
    {
      method: "delete",
      path: "/{session_id}",
      operation_id: "delete_anonymous_session",
      roles: ["service", "user"],
      summary: "Delete an anonymous session for good",
      description:
        "Once it is answered, nothing of the session is left in the store: no line, no id, and nothing to restore it from. Honours `If-Match`.",
      path_params: PathSchema,
      responses: { 204: { description: "The session is erased." } },
      errors: ["SESSION_NOT_FOUND", "PRECONDITION_FAILED", ...STORE_ERRORS],
      handle: async (request, response) => {
        const { session_id } = validated(PathSchema, request.params);
        await service.delete(session_id, ifMatch(request));
        response.status(204).end();
      },
    },
  ];
}
