import {
  ABOUT_HEADERS,
  LOG_ERRORS,
  type Operation,
  onlyUserOf,
  sendAbout,
  validated,
} from "@session-ledger/http_api";
import { type Audit, AuditSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import type { SessionHistory } from "../session_history.ts";
import type { SessionLookups } from "../session_lookups.ts";
import * as examples from "./examples.ts";
import { SessionPathSchema } from "./query_fields.ts";

const AuditQuerySchema = z.strictObject({});

/** The audit of one session: every transition, as its log tells it. */
export function auditOperation(lookups: SessionLookups, history: SessionHistory): Operation {
  return {
    method: "get",
    path: "/session_manager/sessions/{session_id}/audit",
    operation_id: "audit_session",
    roles: ["service", "user", "operator"],
    summary: "Every transition of a session",
    description:
      "The first one first, each with its trigger, actor and reason. It answers for a deleted session too.",
    path_params: SessionPathSchema,
    query: AuditQuerySchema,
    responses: {
      200: {
        description: "The transitions.",
        schema: AuditSchema,
        example: examples.AUDIT,
        headers: ABOUT_HEADERS,
      },
    },
    errors: ["SESSION_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
    handle: async (request, response, { caller }) => {
      const { session_id } = validated(SessionPathSchema, request.params);
      validated(AuditQuerySchema, request.query);
      const entry = await lookups.entry(session_id, { include_deleted: true, only_user: onlyUserOf(caller) });
      const answer: Audit = { audit: await history.audit(entry) };
      sendAbout(response, 200, { answer, seq: entry.state.seq });
    },
  };
}
