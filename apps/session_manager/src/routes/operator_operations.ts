import {
  jsonBody,
  LOG_ERRORS,
  type Operation,
  STORE_ERRORS,
  sendJson,
  validated,
} from "@session-ledger/http_api";
import {
  ArchiveInputSchema,
  EraseInputSchema,
  type ErrorCode,
  OperatorReportSchema,
  RestoreInputSchema,
} from "@session-ledger/session_contract";
import type { SessionOperators } from "../session_operators.ts";
import * as examples from "./examples.ts";

const WORK_ERRORS: readonly ErrorCode[] = ["SESSION_NOT_FOUND", "SEQ_CONFLICT", ...STORE_ERRORS];

/** `sessions.archive`, `sessions.restore` and `sessions.erase`: the ledger's upkeep. */
export function operatorOperations(operators: SessionOperators): readonly Operation[] {
  return [
    {
      method: "post",
      path: "/session_manager/sessions.archive",
      operation_id: "archive_sessions",
      roles: ["operator"],
      summary: "Archive sessions that have ended",
      description: "Packs their logs away, one session or all that ended before a time, 1,000 at the most.",
      request: { schema: ArchiveInputSchema, required: true, example: examples.ARCHIVE_INPUT },
      responses: {
        200: {
          description: "What is archived.",
          schema: OperatorReportSchema,
          example: examples.OPERATOR_REPORT,
        },
      },
      errors: ["LOG_ARCHIVED", "LOG_NOT_ENDED", ...LOG_ERRORS, ...WORK_ERRORS],
      handle: async (request, response, { caller }) => {
        const input = validated(ArchiveInputSchema, jsonBody(request));
        sendJson(response, 200, await operators.archive(input, caller.principal));
      },
    },
    {
      method: "post",
      path: "/session_manager/sessions.restore",
      operation_id: "restore_session",
      roles: ["operator"],
      summary: "Bring an archived session back",
      description: "Its log is again what it was, byte for byte.",
      request: { schema: RestoreInputSchema, required: true, example: examples.OPERATOR_TARGET },
      responses: {
        200: {
          description: "The session is back.",
          schema: OperatorReportSchema,
          example: examples.OPERATOR_REPORT,
        },
      },
      errors: ["LOG_NOT_ARCHIVED", ...LOG_ERRORS, ...WORK_ERRORS],
      handle: async (request, response, { caller }) => {
        const input = validated(RestoreInputSchema, jsonBody(request));
        sendJson(response, 200, await operators.restore(input, caller.principal));
      },
    },
    {
      method: "post",
      path: "/session_manager/sessions.erase",
      operation_id: "erase_sessions",
      roles: ["operator"],
      summary: "Erase deleted sessions, or the content of one line, for good",
      description: "Once it is answered, nothing of what was erased is left in the store.",
      request: { schema: EraseInputSchema, required: true, example: examples.OPERATOR_TARGET },
      responses: {
        200: {
          description: "What is erased.",
          schema: OperatorReportSchema,
          example: examples.OPERATOR_REPORT,
        },
      },
      errors: ["SESSION_NOT_DELETED", "LINE_NOT_ERASABLE", "LOG_ARCHIVED", ...LOG_ERRORS, ...WORK_ERRORS],
      handle: async (request, response, { caller }) => {
        const input = validated(EraseInputSchema, jsonBody(request));
        sendJson(response, 200, await operators.erase(input, caller.principal));
      },
    },
  ];
}
