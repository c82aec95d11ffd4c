import { LedgerError } from "@session-ledger/session_contract";
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
    try {
      const idle_ms = Math.max(0, clock.now() - Date.parse(entry.recorded_at));
      active.put(await repository.load(entry), clock.monotonic() - idle_ms);
    } catch (error) {
      if (!(error instanceof LedgerError) || !error.code.startsWith("LOG_")) throw error;
      operator_log.warn({ err: error, ...entry.log }, "a session's log is damaged; the session is left out");
    }
  }
}
