import type { Face } from "@session-ledger/http_api";
import { LedgerError } from "@session-ledger/session_contract";
import type { RequestHandler } from "express";
import { PHASE_REASONS, type PhaseHolder } from "./phase.ts";

/**
 * Keeps requests from the faces while the server is not ready: `STORE_UNAVAILABLE`, on a connection that is then
 * closed. What the server answers about itself goes through.
 */
export function phaseGate(phase: Readonly<PhaseHolder>, own_face: Face): RequestHandler {
  const own_paths = new Set(own_face.operations.map(({ path }) => own_face.prefix + path));
  return (request, response, next) => {
    if (phase.current === "ready") {
      next();
      return;
    }
    response.setHeader("Connection", "close");
    if (own_paths.has(request.path)) next();
    else next(new LedgerError("STORE_UNAVAILABLE", undefined, { detail: PHASE_REASONS[phase.current] }));
  };
}
