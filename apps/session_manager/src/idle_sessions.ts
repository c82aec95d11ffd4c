import type { ActiveSession, ActiveSessions } from "./active_sessions.ts";
import type { Clock } from "./clock.ts";
import type { OperatorLog } from "./models.ts";

export interface IdleSessionsOptions {
  readonly active: ActiveSessions;
  readonly clock: Clock;
  readonly operator_log: OperatorLog;
  /** A session idle for longer is due to be ended. 0: none is. */
  readonly session_timeout_ms: number;
  /** Ends a session, and says whether it was still to be ended. */
  readonly end: (session: ActiveSession) => Promise<boolean>;
}

/** The sessions, active or paused, to which nothing has happened for too long. */
export class IdleSessions {
  readonly #options: IdleSessionsOptions;

  constructor(options: IdleSessionsOptions) {
    this.#options = options;
  }

  /** Ends every session that is due, and says how many. One that cannot be ended stays due. */
  async endDue(): Promise<number> {
    const { active, clock, end, operator_log, session_timeout_ms } = this.#options;
    if (session_timeout_ms === 0) return 0;
    let ended = 0;
    for (const session of active.idleSince(clock.monotonic() - session_timeout_ms)) {
      try {
        if (await end(session)) ended += 1;
      } catch (error) {
        operator_log.error({ err: error, ...session.log }, "an idle session could not be ended");
      }
    }
    return ended;
  }

  /** When the first session is due to be ended, on the monotonic clock; undefined while none will be. */
  nextDue(): number | undefined {
    const { active, session_timeout_ms } = this.#options;
    const longest_idle = session_timeout_ms === 0 ? undefined : active.longestIdle();
    // A session may be idle for the whole timeout; the next millisecond is too long.
    return longest_idle && longest_idle.last_activity_ms + session_timeout_ms + 1;
  }
}
