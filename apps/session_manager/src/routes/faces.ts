import type { Face } from "@session-ledger/http_api";
import type { SessionManagerConfig } from "../models.ts";
import type { SessionService } from "../service.ts";
import { appendOperation } from "./append_operation.ts";
import { boundaryOperations } from "./boundary_operations.ts";

/** The two faces of the app: they differ in what a request that is not valid is answered with. */
export function createFaces(service: SessionService, config: SessionManagerConfig): readonly Face[] {
  return [
    {
      prefix: "",
      tag: "session_manager",
      description: "Session boundaries: start, end, and whether a session is open.",
      invalid: "REQUEST_INVALID",
      operations: boundaryOperations(service, config),
    },
    {
      prefix: "",
      tag: "schema_recorder",
      description: "The recording of A3CP messages in a session.",
      invalid: "CONTENT_INVALID",
      operations: [appendOperation(service)],
    },
  ];
}
