import type { Face } from "@session-ledger/http_api";
import type { Recorder } from "@session-ledger/schema_recorder";
import { CommandRecorder } from "./command_recorder.ts";
import { FoldedSessions } from "./folded_sessions.ts";
import { createFace } from "./routes/face.ts";
import { SessionBackendService } from "./service.ts";
import { SessionReads } from "./session_reads.ts";

export interface SessionBackendConfig {
  /** How much memory sessions that nobody uses now may take, in bytes. */
  readonly session_backend_cache_bytes: number;
  /** How long a client may take nothing of a long answer before it is cut off. */
  readonly sse_stall_seconds_max: number;
}

export interface SessionBackendOptions {
  readonly recorder: Recorder;
  readonly config: SessionBackendConfig;
}

/** The app, ready to be mounted. */
export interface SessionBackend {
  readonly face: Face;
  /** How many sessions are kept in memory, and about how many bytes they take. */
  readonly cached: { readonly sessions: number; readonly bytes: number };
  /** Resolves when every command that was taken has ended. */
  stop(): Promise<void>;
}

export function createSessionBackend({ recorder, config }: SessionBackendOptions): SessionBackend {
  const cache_bytes_max = config.session_backend_cache_bytes;
  const sessions = new FoldedSessions({ recorder, cache_bytes_max });
  const reads = new SessionReads({ recorder, sessions });
  const commands = new CommandRecorder({ recorder, sessions });
  const service = new SessionBackendService({ recorder, sessions, reads, commands });
  return {
    face: createFace(service, reads, { stall_ms: config.sse_stall_seconds_max * 1_000 }),
    get cached() {
      return sessions.size;
    },
    stop: () => commands.idle(),
  };
}
