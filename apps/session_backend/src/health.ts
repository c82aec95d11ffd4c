import { type Face, type Operation, sendJson } from "@session-ledger/http_api";
import type { Recorder } from "@session-ledger/schema_recorder";
import { toServerTime } from "@session-ledger/session_contract";
import type { Response } from "express";
import { z } from "zod";

/** What the server has counted of itself since its start. */
export interface ServerCounts {
  readonly requests: number;
  /** Requests that were answered with 500 or more. */
  readonly errors: number;
  readonly response_ms_mean: number;
  readonly appends: number;
  readonly lines: number;
}

export interface HealthOptions {
  readonly recorder: Pick<Recorder, "readiness" | "count">;
  readonly version: string;
  /** Why the server is not ready; undefined if it is. */
  readonly unreadyReason: () => string | undefined;
  readonly counts: () => ServerCounts;
  /** The sessions that are kept in memory. */
  readonly cached: () => { readonly sessions: number; readonly bytes: number };
}

const CheckSchema = z.strictObject({ status: z.enum(["ok", "failed"]), reason: z.string().optional() });
type Check = z.infer<typeof CheckSchema>;

const healthFields = {
  status: z.enum(["ok", "unavailable"]),
  timestamp: z.string(),
  version: z.string(),
  checks: z.record(z.string(), CheckSchema),
};
const HealthSchema = z.strictObject(healthFields);
const MetricsSchema = z.strictObject({
  ...healthFields,
  metrics: z.strictObject({
    requests: z.int(),
    errors: z.int(),
    response_ms_mean: z.number(),
    memory: z.strictObject({ rss_bytes: z.int(), heap_used_bytes: z.int() }),
    store: z.strictObject({
      appends: z.int(),
      lines: z.int(),
      sessions_cached: z.int(),
      cache_bytes: z.int(),
    }),
  }),
});

type CheckName = "process" | "server" | "store" | "catalog";

const PROBES: Readonly<Record<string, { readonly checks: readonly CheckName[]; readonly summary: string }>> =
  {
    "": { checks: ["process", "server", "store", "catalog"], summary: "Whether all is well" },
    "/live": { checks: ["process"], summary: "Whether the process answers" },
    "/ready": { checks: ["server", "store"], summary: "Whether sessions can be recorded" },
    "/db": { checks: ["store", "catalog"], summary: "Whether the store can be written and asked" },
  };

/** What the face answers about its health. These operations go on answering while the server stops. */
export function createHealthFace(options: HealthOptions): Face {
  return {
    prefix: "/session_backend/health",
    tag: "session_backend_health",
    description: "Whether the session backend works, for who watches it.",
    invalid: "CONTENT_INVALID",
    is_always_open: true,
    operations: [
      ...Object.entries(PROBES).map(([path, { checks, summary }]) => probe(options, path, summary, checks)),
      metrics(options),
    ],
  };
}

function probe(
  options: HealthOptions,
  path: string,
  summary: string,
  names: readonly CheckName[],
): Operation {
  return {
    method: "get",
    path,
    operation_id: `get_session_backend_health${path.replace("/", "_")}`,
    roles: "anyone",
    summary,
    description: `It checks: ${names.join(", ")}.`,
    responses: {
      200: { description: "Every check holds.", schema: HealthSchema, example: exampleOf(names, "ok") },
      503: {
        description: "A check failed; `reason` says why.",
        schema: HealthSchema,
        example: exampleOf(names, "failed"),
      },
    },
    errors: [],
    handle: async (_request, response) => sendHealth(response, await healthOf(options, names)),
  };
}

function metrics(options: HealthOptions): Operation {
  const names = PROBES[""]!.checks;
  const example = {
    ...exampleOf(names, "ok"),
    metrics: {
      requests: 1204,
      errors: 0,
      response_ms_mean: 1.8,
      memory: { rss_bytes: 141_000_000, heap_used_bytes: 61_000_000 },
      store: { appends: 800, lines: 802, sessions_cached: 3, cache_bytes: 5_200 },
    },
  };
  return {
    method: "get",
    path: "/metrics",
    operation_id: "get_session_backend_metrics",
    roles: "anyone",
    summary: "The server's counts as JSON",
    description: "Counted since the start, of all faces together. Nothing in it names anyone.",
    responses: {
      200: { description: "The counts; every check holds.", schema: MetricsSchema, example },
      503: {
        description: "The counts; a check failed.",
        schema: MetricsSchema,
        example: { ...example, ...exampleOf(names, "failed") },
      },
    },
    errors: [],
    handle: async (_request, response) => {
      const { requests, errors, response_ms_mean, ...store } = options.counts();
      const { rss, heapUsed } = process.memoryUsage();
      const { sessions, bytes } = options.cached();
      const answer: z.infer<typeof MetricsSchema> = {
        ...(await healthOf(options, names)),
        metrics: {
          requests,
          errors,
          response_ms_mean,
          memory: { rss_bytes: rss, heap_used_bytes: heapUsed },
          store: { ...store, sessions_cached: sessions, cache_bytes: bytes },
        },
      };
      sendHealth(response, answer);
    },
  };
}

async function healthOf(
  options: HealthOptions,
  names: readonly CheckName[],
): Promise<z.infer<typeof HealthSchema>> {
  const checks: Record<string, Check> = {};
  for (const name of names) checks[name] = await check(name, options);
  const well = Object.values(checks).every(({ status }) => status === "ok");
  const { version } = options;
  return { status: well ? "ok" : "unavailable", timestamp: toServerTime(Date.now()), version, checks };
}

async function check(name: CheckName, { recorder, unreadyReason }: HealthOptions): Promise<Check> {
  switch (name) {
    case "process":
      // That this runs is the check.
      return { status: "ok" };
    case "server":
      return toCheck(unreadyReason());
    case "store": {
      const readiness = await recorder.readiness();
      return toCheck(readiness.ready ? undefined : readiness.reason);
    }
    case "catalog":
      try {
        await recorder.count({ user_id: "_agents", kinds: ["agent"], states: ["active"] });
        return { status: "ok" };
      } catch {
        return { status: "failed", reason: "The catalog cannot be asked." };
      }
  }
}

function toCheck(reason: string | undefined): Check {
  return reason === undefined ? { status: "ok" } : { status: "failed", reason };
}

function sendHealth(response: Response, health: { readonly status: "ok" | "unavailable" }): void {
  sendJson(response, health.status === "ok" ? 200 : 503, health);
}

function exampleOf(names: readonly CheckName[], status: Check["status"]): z.infer<typeof HealthSchema> {
  const failed: Check = { status: "failed", reason: "The server is stopping." };
  return {
    status: status === "ok" ? "ok" : "unavailable",
    timestamp: "2026-11-21T09:30:00.123Z",
    version: "0.1.0",
    checks: Object.fromEntries(names.map((name) => [name, status === "ok" ? { status } : failed])),
  };
}
