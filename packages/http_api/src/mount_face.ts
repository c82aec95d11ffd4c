import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Router } from "express";
import { BODY_BYTES_MAX, bodyReader } from "./body_reader.ts";
import type { Caller } from "./caller.ts";
import type { Face, Operation } from "./face.ts";
import { HttpRejected } from "./http_rejected.ts";
import { assertIdempotencyKey } from "./idempotency_key.ts";
import { InputInvalid } from "./input_invalid.ts";
import { assertMayCall } from "./scope.ts";

export interface MountOptions {
  /** Who asks. It is called more than once for a request. */
  readonly callerOf: (request: Request) => Caller;
  /** The longest body that is read, in bytes. */
  readonly body_bytes_max?: number;
}

/**
 * The router of a face, to be used at the root: its paths include the face's prefix. Paths are taken to the letter
 * (case, trailing slash). A path of the face with a foreign method passes on `METHOD_NOT_ALLOWED`, a caller who may
 * not call the operation is refused before its body is read, and input that is not valid becomes the face's own code.
 */
export function mountFace(face: Face, options: MountOptions): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const readBody = bodyReader(options.body_bytes_max ?? BODY_BYTES_MAX);
  for (const [path, operations] of Map.groupBy(face.operations, (operation) => operation.path)) {
    const route = router.route(toExpressPath(face.prefix + path));
    for (const operation of operations) {
      route[operation.method](...handlersOf(operation, readBody, options.callerOf));
    }
    route.all(refuseMethod(operations));
  }
  router.use(answerAs(face.invalid));
  return router;
}

/** OpenAPI's `{name}` as Express has it, `:name`. */
export function toExpressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function handlersOf(
  operation: Operation,
  readBody: RequestHandler,
  callerOf: MountOptions["callerOf"],
): RequestHandler[] {
  const admit: RequestHandler = (request, _response, next) => {
    assertMayCall(callerOf(request), operation.roles);
    next();
  };
  const handle: RequestHandler = (request, response) => {
    if (operation.method === "post") assertIdempotencyKey(request);
    return operation.handle(request, response, { caller: callerOf(request) });
  };
  return operation.request === undefined ? [admit, handle] : [admit, readBody, handle];
}

function refuseMethod(operations: readonly Operation[]): RequestHandler {
  const methods = operations.flatMap(({ method }) =>
    method === "get" ? ["GET", "HEAD"] : method.toUpperCase(),
  );
  const allow = methods.join(", ");
  return (_request, response, next) => {
    response.setHeader("Allow", allow);
    next(new HttpRejected("METHOD_NOT_ALLOWED"));
  };
}

function answerAs(code: Face["invalid"]): ErrorRequestHandler {
  return (error: unknown, _request, _response, next) => {
    const invalid = asInputInvalid(error);
    if (invalid === undefined) next(error);
    else
      next(
        new HttpRejected(code, undefined, { detail: invalid.detail, errors: invalid.errors, cause: error }),
      );
  };
}

/** Express throws a URIError for an id in the path whose percent-encoding is broken. */
function asInputInvalid(error: unknown): InputInvalid | undefined {
  if (error instanceof URIError) {
    return new InputInvalid({ path: "", message: "has a path that is not percent-encoded UTF-8" });
  }
  return error instanceof InputInvalid ? error : undefined;
}
