import type { Face } from "@session-ledger/http_api";
import type { Recorder } from "@session-ledger/schema_recorder";
import { ActiveSessions } from "./active_sessions.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { createIdGenerator } from "./idgen.ts";
import { IdleTimer } from "./idle_timer.ts";
import type { OperatorLog, SessionManagerConfig } from "./models.ts";
import { rebuildActiveSessions } from "./rebuild.ts";
import { SessionRepository } from "./repository.ts";
import { createFaces } from "./routes/faces.ts";
import { SessionService } from "./service.ts";

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
  /** How many sessions are active or paused now. */
  readonly active_session_count: number;
  /** Takes the active sessions from the recorder, then ends those that are idle for too long, from here on. */
  start(): Promise<void>;
  /** Ends no more idle sessions, and resolves when every command that was taken has ended. */
  stop(): Promise<void>;
}

const SILENT: OperatorLog = { warn: () => {}, error: () => {} };

export function createSessionManager(options: SessionManagerOptions): SessionManager {
  const { recorder, config, clock = SYSTEM_CLOCK, log = SILENT } = options;
  const active = new ActiveSessions();
  const repository = new SessionRepository(recorder);
  const service: SessionService = new SessionService({
    repository,
    active,
    ids: createIdGenerator(config.session_id_prefix),
    clock,
    operator_log: log,
    session_timeout_ms: config.session_timeout_seconds * 1_000,
    onCommit: () => timer.wake(),
  });
  const timer = new IdleTimer({
    clock,
    nextDue: () => service.nextIdleDue(),
    sweep: () => service.endIdle(),
  });
  return {
    faces: createFaces(service, config),
    service,
    get active_session_count() {
      return active.count;
    },
    start: async () => {
      await rebuildActiveSessions(active, repository, clock, log);
      timer.start();
    },
    stop: async () => {
      await timer.stop();
      await service.idle();
    },
  };
}
