import type { Face } from "@session-ledger/http_api";
import type { Recorder } from "@session-ledger/schema_recorder";
import { createFace } from "./routes/face.ts";
import { AnonymousSessionService, type OperatorLog } from "./service.ts";

export interface AnonymousSessionsOptions {
  readonly recorder: Recorder;
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: () => number;
  readonly log?: OperatorLog;
}

const SILENT: OperatorLog = { info: () => {}, warn: () => {} };

/** The app's face, ready to be mounted. It keeps nothing in memory, so it needs no start and no stop. */
export function createAnonymousSessions(options: AnonymousSessionsOptions): Face {
  const { recorder, clock = Date.now, log = SILENT } = options;
  return createFace(new AnonymousSessionService({ recorder, clock, log }));
}
