import type { Line } from "@session-ledger/session_contract";
import { evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";

/** What a ledger holds, in numbers. */
export interface LedgerStats {
  readonly sessions: number;
  readonly users: number;
  readonly sessions_by_state: Readonly<Record<string, number>>;
  readonly sessions_by_kind: Readonly<Record<string, number>>;
  readonly events: number;
  readonly events_by_type: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly first_recorded_at: string | null;
  readonly last_recorded_at: string | null;
  /** How long sessions lasted that were both started and ended by someone. */
  readonly durations: {
    readonly sessions: number;
    readonly median_seconds: number | null;
    readonly p95_seconds: number | null;
  };
  readonly faults: number;
}

/** Counts one log's lines as they are read. */
export class LogTally {
  readonly types = new Map<string, number>();
  state: SessionState = INITIAL_STATE;
  first_recorded_at: string | undefined;
  last_recorded_at: string | undefined;
  #started_ms: number | undefined;
  #ended_ms: number | undefined;

  add(line: Line): void {
    const before = this.state.status;
    this.state = evolve(this.state, line);
    increment(this.types, line.type);
    this.first_recorded_at ??= line.recorded_at;
    this.last_recorded_at = line.recorded_at;
    if (before === "none" && this.state.status === "active") this.#started_ms = happenedAt(line);
    // An imported session without an end of its own was ended by the import: that says nothing of how long it lasted.
    const end_is_own = this.state.imported === (line.imported !== undefined);
    if (before !== "stopped" && this.state.status === "stopped" && end_is_own)
      this.#ended_ms = happenedAt(line);
  }

  /** Undefined unless the session was both started and ended by someone. */
  get duration_seconds(): number | undefined {
    const seconds = ((this.#ended_ms ?? Number.NaN) - (this.#started_ms ?? Number.NaN)) / 1_000;
    return seconds >= 0 ? seconds : undefined;
  }
}

/** Adds up the tallies of many logs. */
export class LedgerTally {
  readonly #users = new Set<string>();
  readonly #states = new Map<string, number>();
  readonly #kinds = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #durations: number[] = [];
  #sessions = 0;
  #bytes = 0;
  #faults = 0;
  #first: string | undefined;
  #last: string | undefined;

  add(user_id: string, log: LogTally, { bytes, faults }: { bytes: number; faults: number }): void {
    this.#sessions += 1;
    this.#users.add(user_id);
    increment(this.#states, log.state.status);
    increment(this.#kinds, log.state.kind);
    for (const [type, count] of log.types) increment(this.#types, type, count);
    this.#bytes += bytes;
    this.#faults += faults;
    const { first_recorded_at: first, last_recorded_at: last, duration_seconds } = log;
    if (first !== undefined && (this.#first === undefined || first < this.#first)) this.#first = first;
    if (last !== undefined && (this.#last === undefined || last > this.#last)) this.#last = last;
    if (duration_seconds !== undefined) this.#durations.push(duration_seconds);
  }

  report(): LedgerStats {
    const durations = this.#durations.toSorted((a, b) => a - b);
    return {
      sessions: this.#sessions,
      users: this.#users.size,
      sessions_by_state: toRecord(this.#states),
      sessions_by_kind: toRecord(this.#kinds),
      events: [...this.#types.values()].reduce((sum, count) => sum + count, 0),
      events_by_type: toRecord(this.#types),
      bytes: this.#bytes,
      first_recorded_at: this.#first ?? null,
      last_recorded_at: this.#last ?? null,
      durations: {
        sessions: durations.length,
        median_seconds: quantile(durations, 0.5),
        p95_seconds: quantile(durations, 0.95),
      },
      faults: this.#faults,
    };
  }
}

/** The nearest-rank quantile: always a value that occurred. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/**
 * When an event happened: the server's own time of it. An imported end's `end_time` is its client's, so it is no
 * use for a duration, and an imported line's `recorded_at` is the time of the import.
 */
function happenedAt(line: Line): number {
  const timestamp = line.event["timestamp"];
  return Date.parse(typeof timestamp === "string" ? timestamp : line.recorded_at);
}

function increment(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function toRecord(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
