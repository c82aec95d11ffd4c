import type { Face } from "@session-ledger/http_api";
import type { SessionManagerConfig } from "../models.ts";
import type { SessionService } from "../service.ts";
import type { SessionLookups } from "../session_lookups.ts";
import { appendOperation } from "./append_operation.ts";
import { boundaryOperations } from "./boundary_operations.ts";
import { lifecycleOperations } from "./lifecycle_operations.ts";
import { lookUpOperation } from "./look_up_operation.ts";

/** What the operations of the app act on. */
export interface FaceParts {
  readonly service: SessionService;
  readonly lookups: SessionLookups;
}

/** The two faces of the app: they differ in what a request that is not valid is answered with. */
export function createFaces({ service, lookups }: FaceParts, config: SessionManagerConfig): readonly Face[] {
  return [
    {
      prefix: "",
      tag: "session_manager",
      description: "A session's life: its boundaries, its states, and looking it up.",
      invalid: "REQUEST_INVALID",
      operations: [
        ...boundaryOperations(service, config),
        ...lifecycleOperations(service),
        lookUpOperation(lookups),
      ],
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
