import {
  type ErrorReport,
  type Face,
  mountFace,
  problemHandler,
  requestIds,
  routeNotFound,
} from "@session-ledger/http_api";
import type { Recorder } from "@session-ledger/schema_recorder";
import express, { type Express } from "express";
import type { Logger } from "pino";
import type { Access } from "./access.ts";
import { createDocsPage } from "./docs_page.ts";
import { inTurn } from "./in_turn.ts";
import type { Metrics } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { createOwnFace } from "./own_face.ts";
import type { PhaseHolder } from "./phase.ts";
import { phaseGate } from "./phase_gate.ts";
import { reportRejectedCommands } from "./rejected_commands.ts";
import { observeRequests } from "./request_observer.ts";
import { protectData } from "./security_headers.ts";

export interface AppParts {
  readonly faces: readonly Face[];
  readonly recorder: Pick<Recorder, "readiness">;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly phase: Readonly<PhaseHolder>;
  readonly access: Access;
}

/** The faces as one Express app, with what every answer has in common. It listens to nothing. */
export function createApp(parts: AppParts): Express {
  const own_face = createOwnFace({ ...parts, apiDocument: () => api_document });
  const faces = [...parts.faces, own_face];
  const api_document = JSON.stringify(describeApi(faces));

  const app = express();
  app.disable("x-powered-by").set("etag", false).set("query parser", "simple");
  const observe = observeRequests(parts.metrics, parts.logger);
  app.use(inTurn(observe, requestIds, protectData, parts.access.guard, phaseGate(parts.phase, faces)));
  for (const face of faces) app.use(mountFace(face, parts.access));
  const reportRejected = reportRejectedCommands(faces, parts.metrics, parts.logger);
  const report: ErrorReport = (error, problem, request) => {
    keepError(error, problem, request);
    reportRejected(error, problem, request);
  };
  app.use(createDocsPage(), routeNotFound, problemHandler(report));
  return app;
}

/** Leaves the error of a failed request with its response, for the request's own log line. */
const keepError: ErrorReport = (error, problem, request) => {
  if (problem.status >= 500 && request.res !== undefined && error instanceof Error) request.res.err = error;
};
