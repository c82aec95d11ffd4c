import { requestIdOf } from "@session-ledger/http_api";
import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "pino";
import { pinoHttp, startTime } from "pino-http";
import type { Metrics } from "./metrics.ts";

/** How much of a path a log line shows, in characters. */
const LOGGED_PATH_CHARACTERS_MAX = 512;

/** The route of a request that no operation matched. */
const UNMATCHED_ROUTE = "unmatched";

/**
 * Counts every answered request, and logs it: a failure of the server as an error, a store that takes nothing for
 * now as a warning, all else for debugging. A line has the path without its query, and never a body.
 *
 * pino-http is called only once an answer is known to be worth a line, since calling it for each request costs as
 * much as a tenth of a bare one. It then logs when the response closes, right after it finished.
 */
export function observeRequests(metrics: Metrics, logger: Logger): RequestHandler {
  const logRequest = createRequestLog(logger);
  return (request, response, next) => {
    const started_ms = performance.now();
    response.once("finish", () => {
      const elapsed_ms = performance.now() - started_ms;
      metrics.observeRequest(
        { method: request.method, route: routeOf(request), status: response.statusCode },
        elapsed_ms / 1000,
      );
      if (logger.isLevelEnabled(levelOf(response.statusCode))) {
        response[startTime] = Date.now() - Math.round(elapsed_ms);
        logRequest(request, response);
      }
    });
    next();
  };
}

function createRequestLog(logger: Logger): (request: Request, response: Response) => void {
  return pinoHttp<Request, Response>({
    logger,
    genReqId: requestIdOf,
    wrapSerializers: false,
    serializers: {
      request: (request: Request) => ({ id: request.id, method: request.method, path: pathOf(request) }),
      response: (response: Response) => ({ status: response.statusCode }),
    },
    customAttributeKeys: { req: "request", res: "response", responseTime: "duration_ms" },
    customLogLevel: (_request, response) => levelOf(response.statusCode),
    // Where no error was thrown, as for a server that is not ready, pino-http would make one up.
    customErrorObject: (_request, response, _error, fields: object) => ({ ...fields, err: response.err }),
  });
}

function levelOf(status: number): "error" | "warn" | "debug" {
  if (status === 503) return "warn";
  return status >= 500 ? "error" : "debug";
}

/** The path as the operation has it, with names in place of ids. */
function routeOf(request: Request): string {
  const route: { path?: unknown } | undefined = request.route;
  return typeof route?.path === "string" ? route.path : UNMATCHED_ROUTE;
}

function pathOf(request: Request): string {
  return request.originalUrl.split("?", 1)[0]!.slice(0, LOGGED_PATH_CHARACTERS_MAX);
}
