import type { Face } from "@session-ledger/http_api";
import { LedgerError } from "@session-ledger/session_contract";
import type { RequestHandler } from "express";
import { PHASE_REASONS, type PhaseHolder } from "./phase.ts";

/**
 * Keeps requests from the faces while the server is not ready: `STORE_UNAVAILABLE`, on a connection that is then
 * closed. The faces that are always open go on answering.
 */
export function phaseGate(phase: Readonly<PhaseHolder>, faces: readonly Face[]): RequestHandler {
  const always_open = faces.filter(({ is_always_open }) => is_always_open);
  const open_paths = new Set(
    always_open.flatMap(({ prefix, operations }) => operations.map(({ path }) => prefix + path)),
  );
  return (request, response, next) => {
    if (phase.current === "ready") {
      next();
      return;
    }
    response.setHeader("Connection", "close");
    if (open_paths.has(request.path)) next();
    else next(new LedgerError("STORE_UNAVAILABLE", undefined, { detail: PHASE_REASONS[phase.current] }));
  };
}
