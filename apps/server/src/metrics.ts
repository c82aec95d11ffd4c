import type { ErrorCode } from "@session-ledger/session_contract";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What a finished request is counted by. No label ever holds an id, so their number is bounded. */
export interface RequestLabels {
  readonly method: string;
  /** The path as OpenAPI writes it, such as `/session_manager/sessions.start`. */
  readonly route: string;
  readonly status: number;
}

/** What was counted since the start, without labels. */
export interface Counts {
  readonly requests: number;
  /** Requests that were answered with 500 or more. */
  readonly errors: number;
  readonly response_ms_mean: number;
  readonly appends: number;
  readonly lines: number;
}

/** What the server counts. Every set has a registry of its own. */
export interface Metrics {
  readonly content_type: string;
  /** The metrics in Prometheus's text format. */
  read(): Promise<string>;
  counts(): Counts;
  observeRequest(labels: RequestLabels, seconds: number): void;
  countAppend(lines: number): void;
  countAppendFailure(code: ErrorCode): void;
  countRejection(code: ErrorCode): void;
}

/** `countActive` says how many sessions are active now; it is asked on each scrape. */
export function createMetrics(countActive: () => number | Promise<number>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "session_ledger_http_request_duration_seconds",
    help: "How long requests took, from their header fields to the end of the answer.",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const appends = new Counter({
    name: "session_ledger_appends_total",
    help: "Appends that became durable.",
    registers,
  });
  const lines = new Counter({
    name: "session_ledger_lines_total",
    help: "Lines that became durable.",
    registers,
  });
  const failures = new Counter({
    name: "session_ledger_append_failures_total",
    help: "Appends that the store refused or failed, by error code.",
    labelNames: ["code"],
    registers,
  });
  const rejections = new Counter({
    name: "session_ledger_rejections_total",
    help: "Commands that were rejected, by error code.",
    labelNames: ["code"],
    registers,
  });
  new Gauge({
    name: "session_ledger_active_sessions",
    help: "Sessions that are active or paused.",
    registers,
    async collect() {
      this.set(await countActive());
    },
  });
  const sums = { requests: 0, errors: 0, seconds: 0, appends: 0, lines: 0 };
  return {
    content_type: registry.contentType,
    read: () => registry.metrics(),
    counts: () => {
      const { seconds, ...counts } = sums;
      return { ...counts, response_ms_mean: counts.requests === 0 ? 0 : (seconds / counts.requests) * 1_000 };
    },
    observeRequest: (labels, seconds) => {
      requests.observe({ ...labels }, seconds);
      sums.requests += 1;
      sums.seconds += seconds;
      if (labels.status >= 500) sums.errors += 1;
    },
    countAppend: (count) => {
      appends.inc();
      lines.inc(count);
      sums.appends += 1;
      sums.lines += count;
    },
    countAppendFailure: (code) => failures.inc({ code }),
    countRejection: (code) => rejections.inc({ code }),
  };
}
