import { PROBLEM_MEDIA_TYPE, type Problem } from "@session-ledger/session_contract";
import type { ErrorRequestHandler, NextFunction, Request, Response } from "express";
import { HttpRejected } from "./http_rejected.ts";
import { retryAfterSeconds, toProblem } from "./problem.ts";
import { requestIdOf } from "./request_id.ts";

/** Is told of each error that was answered, before the answer is sent; the operator's log is made here. */
export type ErrorReport = (error: unknown, problem: Problem, request: Request) => void;

/** Passes on that no operation stands at the path. It belongs after every face. */
export function routeNotFound(_request: Request, _response: Response, next: NextFunction): void {
  next(new HttpRejected("ROUTE_NOT_FOUND"));
}

/** Answers every error as a problem document. It belongs last. */
export function problemHandler(report: ErrorReport = () => {}): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error, requestIdOf(request, response));
    report(error, problem, request);
    if (response.headersSent) {
      // Half an answer cannot become a problem: Express ends the connection, so that the client sees the cut.
      next(error);
      return;
    }
    sendProblem(response, problem);
  };
}

/** Sends a problem document, with `Retry-After` where waiting helps, and what a missing key must look like. */
export function sendProblem(response: Response, problem: Problem): void {
  const seconds = retryAfterSeconds(problem.code);
  if (seconds !== undefined && !response.hasHeader("Retry-After")) response.setHeader("Retry-After", seconds);
  if (problem.status === 401) response.setHeader("WWW-Authenticate", "Bearer");
  const bytes = Buffer.from(JSON.stringify(problem));
  response.writeHead(problem.status, {
    "Content-Type": PROBLEM_MEDIA_TYPE,
    "Content-Length": bytes.length,
    "Cache-Control": "no-store",
  });
  response.end(bytes);
}
