import {
  LOG_ERRORS,
  MAYBE_ABOUT_HEADERS,
  type Operation,
  onlyUserOf,
  sendAbout,
  validated,
} from "@session-ledger/http_api";
import { SessionLookupSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import type { SessionLookups } from "../session_lookups.ts";
import * as examples from "./examples.ts";
import { IncludeDeletedSchema, SessionPathSchema } from "./query_fields.ts";

const LookUpQuerySchema = z.strictObject({
  include_deleted: IncludeDeletedSchema.optional(),
  at_seq: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, "must be a line's number, from 1")
    .optional()
    .meta({ description: "Gives the session as it was after this line." }),
});

/** The look-up of one session by its id. */
export function lookUpOperation(lookups: SessionLookups): Operation {
  return {
    method: "get",
    path: "/session_manager/sessions/{session_id}",
    operation_id: "look_up_session",
    roles: ["service", "user", "operator"],
    summary: "Look a session up",
    description: "A session that is not found comes with the `reason`. It changes nothing.",
    path_params: SessionPathSchema,
    query: LookUpQuerySchema,
    responses: {
      200: {
        description: "The session, or a deleted one that was asked for.",
        schema: SessionLookupSchema,
        example: examples.LOOKUP,
        headers: MAYBE_ABOUT_HEADERS,
      },
    },
    errors: ["SESSION_NOT_FOUND", "SEQ_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
    handle: async (request, response, { caller }) => {
      const { session_id } = validated(SessionPathSchema, request.params);
      const { include_deleted, at_seq } = validated(LookUpQuerySchema, request.query);
      const options = {
        include_deleted: include_deleted === "true",
        only_user: onlyUserOf(caller),
        at_seq: at_seq === undefined ? undefined : Number(at_seq),
      };
      sendAbout(response, 200, await lookups.find(session_id, options));
    },
  };
}
