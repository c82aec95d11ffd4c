import { faultError } from "@session-ledger/schema_recorder";
import type { ActiveSessions } from "./active_sessions.ts";
import type { Clock } from "./clock.ts";
import type { OperatorLog } from "./models.ts";
import type { SessionRepository } from "./repository.ts";

/**
 * Takes every active session into memory, as its log has it. Idle time goes on from the last event. A session
 * whose log is damaged is left out and named to the operator: it takes no commands, and every other one does.
 */
export async function rebuildActiveSessions(
  active: ActiveSessions,
  repository: SessionRepository,
  clock: Clock,
  operator_log: OperatorLog,
): Promise<void> {
  for (const entry of await repository.active()) {
    const { log, fault, recorded_at } = entry;
    if (fault !== undefined) {
      const err = faultError(fault);
      operator_log.warn({ err, ...log }, "a session's log is damaged; the session is left out");
      continue;
    }
    const idle_ms = Math.max(0, clock.now() - Date.parse(recorded_at));
    active.put(entry, clock.monotonic() - idle_ms);
  }
}
