import { createAnonymousSessions } from "@session-ledger/anonymous_sessions";
import { openRecorder, type RecorderError } from "@session-ledger/schema_recorder";
import { createHealthFace, createSessionBackend } from "@session-ledger/session_backend";
import { LedgerError } from "@session-ledger/session_contract";
import { createSessionManager } from "@session-ledger/session_manager";
import type { Logger } from "pino";
import { keyedAccess, LOCAL_ACCESS } from "./access.ts";
import { createApp } from "./app.ts";
import type { ServerConfig } from "./config.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { listen } from "./http_server.ts";
import type { KeyRing } from "./key_ring.ts";
import { createMetrics } from "./metrics.ts";
import { observeRecorder } from "./observed_recorder.ts";
import { PROTOCOL_VERSION } from "./openapi.ts";
import { PHASE_REASONS, type PhaseHolder } from "./phase.ts";
import { StartRefused } from "./start_refused.ts";

/** The share of a stop's time that clients are given to finish; the rest is the recorder's. */
const DRAIN_SHARE = 0.5;

/** How often the rebuilding of the catalog says how far it is. */
const REBUILD_LOG_MS = 1_000;

export interface LedgerServerOptions {
  readonly config: ServerConfig;
  /** The keys that come in; absent: only this machine does, without one. */
  readonly keys?: KeyRing | undefined;
  readonly logger: Logger;
  /** Called when the store has failed for good: the process must end. */
  readonly on_fatal: (error: RecorderError) => void;
}

/** A server that is ready. */
export interface LedgerServer {
  readonly url: string;
  /** Finishes what was accepted, and lets go of the log root. */
  stop(): Promise<void>;
  /** Answers what was accepted, and leaves the log root to the end of the process: the store has failed. */
  abandon(drain_ms: number): Promise<void>;
}

/**
 * Takes the log root, recovers it, and serves the faces.
 * @throws StartRefused `ROOT_LOCKED`, `STORE_FAILED`, `ADDRESS_UNAVAILABLE`
 */
export async function startLedgerServer(options: LedgerServerOptions): Promise<LedgerServer> {
  const { config, keys, logger } = options;
  const phase: PhaseHolder = { current: "starting" };
  const store = await openStore(options);
  const metrics = createMetrics(() => manager.active_session_count);
  const recorder = observeRecorder(store, metrics);
  const manager = createSessionManager({ recorder, config, log: logger });
  const backend = createSessionBackend({ recorder, config });
  const health = createHealthFace({
    recorder,
    version: PROTOCOL_VERSION,
    unreadyReason: () => (phase.current === "ready" ? undefined : PHASE_REASONS[phase.current]),
    counts: metrics.counts,
    cached: () => backend.cached,
  });
  const release = async (): Promise<void> => {
    await Promise.all([manager.stop(), backend.stop()]);
    await recorder.close();
  };
  try {
    await manager.start();
    const anonymous = createAnonymousSessions({ recorder, log: logger });
    const faces = [...manager.faces, anonymous, backend.face, health];
    const app = createApp({
      faces,
      recorder,
      metrics,
      logger,
      phase,
      access: keys === undefined ? LOCAL_ACCESS : keyedAccess(keys, config),
    });
    const http = await listen(app, config);
    await store.announce(http.url);
    const abandon = async (drain_ms: number): Promise<void> => {
      phase.current = "stopping";
      manager.endTails();
      const cut = await http.close(drain_ms);
      if (cut > 0) logger.warn({ requests: cut }, "requests that did not end in time were cut");
    };
    phase.current = "ready";
    return {
      url: http.url,
      abandon,
      stop: async () => {
        await abandon(config.shutdown_seconds_max * 1000 * DRAIN_SHARE);
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function openStore({ config, logger, on_fatal }: LedgerServerOptions) {
  const { log_root: root, disk_free_bytes_min, checkpoint_bytes, checkpoint_seconds } = config;
  const limits = { disk_free_bytes_min, checkpoint_bytes, checkpoint_seconds };
  let rebuild_logged_ms = 0;
  const on_rebuild = (logs: number): void => {
    if (performance.now() - rebuild_logged_ms < REBUILD_LOG_MS) return;
    rebuild_logged_ms = performance.now();
    logger.info({ logs }, "the catalog is being rebuilt from the logs");
  };
  try {
    const recorder = await openRecorder({ root, ...limits, on_fatal, on_rebuild });
    for (const repair of recorder.repairs) logger.warn(repair, "the unfinished end of a log was repaired");
    for (const fault of recorder.faults) logger.error(fault, "a log is damaged; the session is refused");
    return recorder;
  } catch (error) {
    const locked = error instanceof LedgerError && error.code === "LOG_ROOT_LOCKED";
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefused(
      locked ? EXIT_CODES.ROOT_LOCKED : EXIT_CODES.STORE_FAILED,
      `cannot open LOG_ROOT ${JSON.stringify(root)}: ${reason}`,
      error,
    );
  }
}
