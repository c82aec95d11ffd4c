import type { RequestHandler } from "express";

/** Several handlers as one: each that a router holds by itself is looked up again for every request. */
export function inTurn(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, next) => {
    let at = 0;
    const proceed = (error?: unknown): void => {
      const handler = handlers[at];
      at += 1;
      if (error !== undefined || handler === undefined) next(error);
      else void handler(request, response, proceed);
    };
    proceed();
  };
}
