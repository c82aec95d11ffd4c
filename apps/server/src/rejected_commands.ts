import { type ErrorReport, jsonBody, type Problem } from "@session-ledger/http_api";
import { SessionIdSchema, UserIdSchema } from "@session-ledger/session_contract";
import type { Request } from "express";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";

/**
 * Counts each command that is answered with a problem, and logs it with its ids alone. A command is a `POST` to an
 * operation. What failed on the server's side is counted here and logged with its request.
 */
export function reportRejectedCommands(metrics: Metrics, logger: Logger): ErrorReport {
  return (_error, problem, request) => {
    const route: { path?: unknown } | undefined = request.route;
    if (request.method !== "POST" || route === undefined) return;
    metrics.countRejection(problem.code);
    if (problem.status >= 500 || !logger.isLevelEnabled("warn")) return;
    logger.warn({ ...namesOf(problem), route: route.path, ...idsOf(request) }, "a command was rejected");
  };
}

function namesOf({ code, reason, request_id }: Problem) {
  return { code, ...(reason !== undefined && { reason }), request_id };
}

/** The ids that the body names, if they are ids: nothing else that a client sent stands in the log. */
function idsOf(request: Request): { user_id?: string; session_id?: string } {
  const body = bodyOf(request);
  const user_id = UserIdSchema.safeParse(body["user_id"]);
  const session_id = SessionIdSchema.safeParse(body["session_id"]);
  return {
    ...(user_id.success && { user_id: user_id.data }),
    ...(session_id.success && { session_id: session_id.data }),
  };
}

function bodyOf(request: Request): Readonly<Record<string, unknown>> {
  try {
    const body = jsonBody(request);
    return body !== null && typeof body === "object" && !Array.isArray(body) ? body : {};
  } catch {
    // It was refused for this very reason.
    return {};
  }
}
