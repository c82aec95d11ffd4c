import { type ErrorReport, type Face, jsonBody, toExpressPath } from "@session-ledger/http_api";
import { type Problem, SessionIdSchema, UserIdSchema } from "@session-ledger/session_contract";
import type { Request } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import type { Metrics } from "./metrics.ts";

/** The ids that a body may name, each with its form. */
const ID_SCHEMAS = { user_id: UserIdSchema, session_id: SessionIdSchema } as const;
type IdName = keyof typeof ID_SCHEMAS;

/**
 * Counts each command that is answered with a problem, and logs it with its ids alone. A command is a `POST` to an
 * operation. What failed on the server's side is counted here and logged with its request.
 */
export function reportRejectedCommands(
  faces: readonly Face[],
  metrics: Metrics,
  logger: Logger,
): ErrorReport {
  const names_by_route = idNamesByRoute(faces);
  return (_error, problem, request) => {
    const route: { path?: unknown } | undefined = request.route;
    if (request.method !== "POST" || route === undefined) return;
    metrics.countRejection(problem.code);
    if (problem.status >= 500 || !logger.isLevelEnabled("warn")) return;
    const ids = idsOf(request, names_by_route.get(route.path) ?? []);
    logger.warn({ ...namesOf(problem), route: route.path, ...ids }, "a command was rejected");
  };
}

/**
 * The ids that each command takes. What a body holds beside them is no id to the ledger, whatever it is called: a
 * `user_id` that is sent to the anonymous sessions is a person's name and nothing else.
 */
function idNamesByRoute(faces: readonly Face[]): ReadonlyMap<unknown, readonly IdName[]> {
  return new Map(
    faces.flatMap(({ prefix, operations }) =>
      operations
        .filter(({ method }) => method === "post")
        .map(({ path, request }) => [toExpressPath(prefix + path), idNamesIn(request?.schema)]),
    ),
  );
}

function idNamesIn(schema: unknown): readonly IdName[] {
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(idNamesIn))];
  if (!(schema instanceof z.ZodObject)) return [];
  const names = Object.keys(ID_SCHEMAS) as IdName[];
  return names.filter((name) => Object.hasOwn(schema.shape, name));
}

function namesOf({ code, reason, request_id }: Problem) {
  return { code, ...(reason !== undefined && { reason }), request_id };
}

/** The ids that the body names, if they are ids: nothing else that a client sent stands in the log. */
function idsOf(request: Request, names: readonly IdName[]): Partial<Record<IdName, string>> {
  const body = bodyOf(request);
  return Object.fromEntries(
    names.filter((name) => ID_SCHEMAS[name].safeParse(body[name]).success).map((name) => [name, body[name]]),
  );
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
