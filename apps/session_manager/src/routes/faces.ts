import type { Face } from "@session-ledger/http_api";
import type { LiveTails } from "../live_tails.ts";
import type { SessionManagerConfig } from "../models.ts";
import type { SessionService } from "../service.ts";
import type { SessionHistory } from "../session_history.ts";
import type { SessionLists } from "../session_lists.ts";
import type { SessionLookups } from "../session_lookups.ts";
import type { SessionOperators } from "../session_operators.ts";
import { appendOperation } from "./append_operation.ts";
import { auditOperation } from "./audit_operation.ts";
import { boundaryOperations } from "./boundary_operations.ts";
import { eventsOperation } from "./events_operation.ts";
import { lifecycleOperations } from "./lifecycle_operations.ts";
import { listOperation } from "./list_operation.ts";
import { lookUpOperation } from "./look_up_operation.ts";
import { operatorOperations } from "./operator_operations.ts";

/** What the operations of the app act on. */
export interface FaceParts {
  readonly service: SessionService;
  readonly lookups: SessionLookups;
  readonly lists: SessionLists;
  readonly history: SessionHistory;
  readonly tails: LiveTails;
  readonly operators: SessionOperators;
}

/** The two faces of the app: they differ in what a request that is not valid is answered with. */
export function createFaces(parts: FaceParts, config: SessionManagerConfig): readonly Face[] {
  const { service, lookups, lists, history } = parts;
  return [
    {
      prefix: "",
      tag: "session_manager",
      description: "A session's life: its boundaries, its states, its events, and looking it up.",
      invalid: "REQUEST_INVALID",
      operations: [
        ...boundaryOperations(service, config),
        ...lifecycleOperations(service),
        listOperation(lists),
        lookUpOperation(lookups),
        auditOperation(lookups, history),
        eventsOperation({ ...parts, config }),
        ...operatorOperations(parts.operators),
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
