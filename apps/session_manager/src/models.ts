import type { LogName } from "@session-ledger/schema_recorder";
import { type DecisionState, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";

export interface SessionManagerConfig {
  /** A session idle for longer is ended by the system. 0: none is. */
  readonly session_timeout_seconds: number;
  readonly session_id_prefix: string;
  /** `lenient` takes the requests of upstream A3CP clients, which send times that only the server sets. */
  readonly a3cp_compatibility: "strict" | "lenient";
  /** How often a live tail gives a sign of life. */
  readonly sse_heartbeat_seconds: number;
  /** A client that takes nothing of what it asked for is cut off after so long. */
  readonly sse_stall_seconds_max: number;
  /** How many live tails may be open at once. */
  readonly sse_tails_max: number;
  /** How much memory the `record_id`s of open sessions may take. */
  readonly record_id_cache_bytes: number;
}

/** Where the app tells its operator what no client is told. A pino logger is one. */
export interface OperatorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const SILENT_LOG: OperatorLog = { info: () => {}, warn: () => {}, error: () => {} };

/** A session as the service decides on it. */
export interface KnownSession {
  readonly log: LogName;
  readonly state: SessionState;
  /** When the session was archived; absent if it was not. */
  readonly archived_at?: string | undefined;
}

/** A session that does not exist, so that it can be decided on like any other. */
export function unknownSession(log: LogName): KnownSession {
  return { log, state: INITIAL_STATE };
}

/** What a command for a session is decided on. */
export function decisionState({ state, archived_at }: KnownSession, record_id_used = false): DecisionState {
  return { session: state, archived_at, user_has_active: false, record_id_used };
}

/** An answer about a session that may not be recorded; `seq` is absent then. */
export interface PossibleOutcome<Answer> {
  readonly answer: Answer;
  readonly seq?: number;
}
