import type { Face } from "@session-ledger/http_api";
import type { AnonymousSessionService } from "../service.ts";
import { createOperation } from "./create_operation.ts";
import { sessionOperations } from "./session_operations.ts";

/** The sessions that name no one. */
export function createFace(service: AnonymousSessionService): Face {
  return {
    prefix: "/api/v1/sessions",
    tag: "anonymous_sessions",
    description: "Sessions that name no one, and of which nothing is left once they are deleted.",
    invalid: "CONTENT_INVALID",
    operations: [createOperation(service), ...sessionOperations(service)],
  };
}
