import type { Face } from "@session-ledger/http_api";
import { IdempotentRequests, type Recorder } from "@session-ledger/schema_recorder";
import { ActiveSessions } from "./active_sessions.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { CreatingSessions } from "./creating_sessions.ts";
import { createIdGenerator } from "./idgen.ts";
import { IdleSessions } from "./idle_sessions.ts";
import { IdleTimer } from "./idle_timer.ts";
import { Lanes } from "./lanes.ts";
import { LiveTails } from "./live_tails.ts";
import { type OperatorLog, type SessionManagerConfig, SILENT_LOG } from "./models.ts";
import { rebuildActiveSessions } from "./rebuild.ts";
import { RecordIds } from "./record_ids.ts";
import { SessionRepository } from "./repository.ts";
import { createFaces } from "./routes/faces.ts";
import { SessionService } from "./service.ts";
import { SessionHistory } from "./session_history.ts";
import { SessionLists } from "./session_lists.ts";
import { SessionLookups } from "./session_lookups.ts";
import { SessionOperators } from "./session_operators.ts";

export interface SessionManagerOptions {
  readonly recorder: Recorder;
  readonly config: SessionManagerConfig;
  readonly clock?: Clock;
  readonly log?: OperatorLog;
}

/** The app, ready to be mounted. It answers rightly only between `start` and `stop`. */
export interface SessionManager {
  readonly faces: readonly Face[];
  readonly service: SessionService;
  /** Ends the sessions that are idle for too long now, and says how many. */
  endIdle(): Promise<number>;
  /** How many sessions are active or paused now. */
  readonly active_session_count: number;
  /** Takes the active sessions from the recorder, then ends those that are idle for too long, from here on. */
  start(): Promise<void>;
  /** Ends every live tail, so that no client is waited for; each resumes from its last event. */
  endTails(): void;
  /** Ends live tails and no more idle sessions, and resolves when every command that was taken has ended. */
  stop(): Promise<void>;
}

export function createSessionManager(options: SessionManagerOptions): SessionManager {
  const { recorder, config, clock = SYSTEM_CLOCK, log = SILENT_LOG } = options;
  const active = new ActiveSessions();
  const creating = new CreatingSessions();
  const repository = new SessionRepository(recorder);
  const ids = createIdGenerator(config.session_id_prefix);
  const lanes = new Lanes();
  const service: SessionService = new SessionService({
    repository,
    active,
    record_ids: new RecordIds({ recorder, bytes_max: config.record_id_cache_bytes }),
    creating,
    keys: new IdempotentRequests(recorder),
    ids,
    lanes,
    clock,
    onCommit: () => timer.wake(),
  });
  const lookups = new SessionLookups({ repository, creating, session_id_prefix: config.session_id_prefix });
  const history = new SessionHistory(recorder);
  const tails = new LiveTails({
    history,
    clock,
    heartbeat_ms: config.sse_heartbeat_seconds * 1_000,
    tails_max: config.sse_tails_max,
  });
  const idle_sessions = new IdleSessions({
    active,
    clock,
    operator_log: log,
    session_timeout_ms: config.session_timeout_seconds * 1_000,
    end: (session) => service.endIdle(session),
  });
  const timer = new IdleTimer({
    clock,
    nextDue: () => idle_sessions.nextDue(),
    sweep: () => idle_sessions.endDue(),
  });
  return {
    faces: createFaces(
      {
        service,
        lookups,
        lists: new SessionLists(recorder),
        history,
        tails,
        operators: new SessionOperators({ recorder, ids, lanes, log }),
      },
      config,
    ),
    service,
    endIdle: () => idle_sessions.endDue(),
    get active_session_count() {
      return active.count;
    },
    start: async () => {
      await rebuildActiveSessions(active, repository, clock, log);
      timer.start();
    },
    endTails: () => tails.stop(),
    stop: async () => {
      tails.stop();
      await timer.stop();
      await service.idle();
    },
  };
}
