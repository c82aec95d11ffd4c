import { type Face, type Operation, sendJson } from "@session-ledger/http_api";
import type { Recorder } from "@session-ledger/schema_recorder";
import { z } from "zod";
import type { Metrics } from "./metrics.ts";
import { PHASE_REASONS, type PhaseHolder } from "./phase.ts";

const AliveSchema = z.strictObject({ status: z.literal("alive") });
const ReadySchema = z.strictObject({ status: z.literal("ready") });
const NotReadySchema = z.strictObject({ status: z.literal("not_ready"), reason: z.string() });

const ALIVE: z.infer<typeof AliveSchema> = { status: "alive" };
const READY: z.infer<typeof ReadySchema> = { status: "ready" };

const METRICS_EXAMPLE = "session_ledger_active_sessions 3\nsession_ledger_appends_total 1204\n";
const DOCUMENT_EXAMPLE = { openapi: "3.1.1", info: { title: "Session Ledger", version: "1.0.0" }, paths: {} };

function notReady(reason: string): z.infer<typeof NotReadySchema> {
  return { status: "not_ready", reason };
}

export interface OwnFaceParts {
  readonly recorder: Pick<Recorder, "readiness">;
  readonly metrics: Metrics;
  readonly phase: Readonly<PhaseHolder>;
  /** The OpenAPI document as JSON. It is made after the face, since it describes the face too. */
  readonly apiDocument: () => string;
}

/** What the server answers about itself. These operations go on answering while it stops. */
export function createOwnFace(parts: OwnFaceParts): Face {
  return {
    prefix: "",
    tag: "server",
    description: "The server itself: its health, its metrics and its description.",
    invalid: "REQUEST_INVALID",
    is_always_open: true,
    operations: [
      livez,
      readyz(parts),
      metrics(parts),
      openApi(parts, "/openapi.json", "get_openapi"),
      openApi(parts, "/api/openapi.json", "get_openapi_below_api"),
    ],
  };
}

const livez: Operation = {
  method: "get",
  path: "/livez",
  operation_id: "get_liveness",
  roles: "anyone",
  summary: "Whether the process answers",
  description: "It says nothing about the store: restart the process only if this fails.",
  responses: { 200: { description: "It does.", schema: AliveSchema, example: ALIVE } },
  errors: [],
  handle: (_request, response) => sendJson(response, 200, ALIVE),
};

function readyz({ recorder, phase }: OwnFaceParts): Operation {
  return {
    method: "get",
    path: "/readyz",
    operation_id: "get_readiness",
    roles: "anyone",
    summary: "Whether sessions can be recorded",
    description: "Ready: the lock is held, the log root can be written, and every log was recovered.",
    responses: {
      200: { description: "Sessions can be recorded.", schema: ReadySchema, example: READY },
      503: {
        description: "Nothing is recorded now; `reason` says why.",
        schema: NotReadySchema,
        example: notReady(PHASE_REASONS.starting),
      },
    },
    errors: [],
    handle: async (_request, response) => {
      if (phase.current !== "ready") {
        sendJson(response, 503, notReady(PHASE_REASONS[phase.current]));
        return;
      }
      const readiness = await recorder.readiness();
      if (readiness.ready) sendJson(response, 200, READY);
      else sendJson(response, 503, notReady(readiness.reason));
    },
  };
}

function metrics({ metrics }: OwnFaceParts): Operation {
  return {
    method: "get",
    path: "/metrics",
    operation_id: "get_metrics",
    roles: ["operator"],
    summary: "Metrics in Prometheus's text format",
    description: "No label holds an id.",
    responses: { 200: { description: "The metrics.", schema: z.string(), example: METRICS_EXAMPLE } },
    errors: [],
    handle: async (_request, response) => {
      const text = await metrics.read();
      response.setHeader("Content-Type", metrics.content_type);
      response.end(text);
    },
  };
}

function openApi({ apiDocument }: OwnFaceParts, path: string, operation_id: string): Operation {
  return {
    method: "get",
    path,
    operation_id,
    roles: "anyone",
    summary: "This description, as OpenAPI 3.1",
    description: "Of every operation of every face. The same as pages stands at `docs/` beside it.",
    responses: {
      200: {
        description: "The OpenAPI document.",
        schema: z.looseObject({ openapi: z.string() }),
        example: DOCUMENT_EXAMPLE,
      },
    },
    errors: [],
    handle: (_request, response) => {
      response.setHeader("Content-Type", "application/json; charset=utf-8");
      response.end(apiDocument());
    },
  };
}
