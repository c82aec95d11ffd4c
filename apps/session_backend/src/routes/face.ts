import type { Face } from "@session-ledger/http_api";
import type { SessionBackendService } from "../service.ts";
import type { SessionReads } from "../session_reads.ts";
import { agentOperations } from "./agent_operations.ts";
import { messageOperations } from "./message_operations.ts";
import type { ListLimits } from "./pages.ts";
import { sessionOperations } from "./session_operations.ts";

/** The sessions that agents live on. */
export function createFace(service: SessionBackendService, reads: SessionReads, limits: ListLimits): Face {
  return {
    prefix: "/session_backend/api/v1",
    tag: "session_backend",
    description: "Sessions of agents: what agents know, and what was said.",
    invalid: "CONTENT_INVALID",
    operations: [
      ...sessionOperations(service, reads, limits),
      ...agentOperations(service, reads, limits),
      ...messageOperations(service, reads, limits),
    ],
  };
}
