// What the tests of this app share: the app on an in-memory recorder, under a clock that they move.
import {
  type Caller,
  LOCAL_CALLER,
  mountFace,
  problemHandler,
  routeNotFound,
} from "@session-ledger/http_api";
import { createMemoryRecorder, type LogName, type Recorder } from "@session-ledger/schema_recorder";
import type { A3CPMessage, Line } from "@session-ledger/session_contract";
import express, { type Express } from "express";
import { v4 } from "uuid";
import type { Clock } from "./clock.ts";
import type { SessionManagerConfig } from "./models.ts";
import { createSessionManager, type SessionManager } from "./session_manager.ts";

export const CONFIG: SessionManagerConfig = {
  session_timeout_seconds: 0,
  session_id_prefix: "sess_",
  a3cp_compatibility: "strict",
  sse_heartbeat_seconds: 15,
  sse_stall_seconds_max: 30,
  sse_tails_max: 10,
  record_id_cache_bytes: 1_000_000,
};

/** A clock that stands until it is moved; moving it calls what is due. */
export class TestClock implements Clock {
  #now_ms = Date.parse("2026-11-21T09:30:00.000Z");
  readonly #timers = new Map<() => void, number>();
  #timer_set = Promise.withResolvers<void>();

  now(): number {
    return this.#now_ms;
  }

  /** Far from `now`, so that a mix-up of the two clocks is found out. */
  monotonic(): number {
    return this.#now_ms - Date.parse("2026-11-21T00:00:00.000Z");
  }

  after(delay_ms: number, callback: () => void): () => void {
    const entry = () => callback();
    this.#timers.set(entry, this.#now_ms + delay_ms);
    this.#timer_set.resolve();
    this.#timer_set = Promise.withResolvers();
    return () => this.#timers.delete(entry);
  }

  advance(ms: number): void {
    this.#now_ms += ms;
    for (const [entry, due] of [...this.#timers]) {
      if (due > this.#now_ms) continue;
      this.#timers.delete(entry);
      entry();
    }
  }

  /** Resolves when the next timer is set. */
  timerSet(): Promise<void> {
    return this.#timer_set.promise;
  }

  get timer_count(): number {
    return this.#timers.size;
  }
}

export interface TestApp {
  readonly app: Express;
  readonly manager: SessionManager;
  readonly recorder: Recorder;
  readonly clock: TestClock;
  /** Every error that was answered. */
  readonly reported: unknown[];
}

export interface TestAppOptions {
  readonly config?: Partial<SessionManagerConfig>;
  readonly clock?: TestClock;
  readonly recorder?: Recorder;
  /** Who sends every request; by default whoever is on this machine. */
  readonly caller?: Caller;
}

/** The app after its start. A second one on the same recorder is a restart, or a rival. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const clock = options.clock ?? new TestClock();
  const recorder = options.recorder ?? createMemoryRecorder({ clock: () => clock.now() });
  const manager = createSessionManager({ recorder, config: { ...CONFIG, ...options.config }, clock });
  await manager.start();
  const app = express();
  const { caller = LOCAL_CALLER } = options;
  for (const face of manager.faces) app.use(mountFace(face, { callerOf: () => caller }));
  app.use(routeNotFound);
  const reported: unknown[] = [];
  app.use(problemHandler((error) => reported.push(error)));
  return { app, manager, recorder, clock, reported };
}

/** A recorder with some of its functions replaced. */
export function replaceIn(recorder: Recorder, replaced: Partial<Recorder>): Recorder {
  return {
    logs: () => recorder.logs(),
    replay: (log, evolve, initial, options) => recorder.replay(log, evolve, initial, options),
    read: (log, options) => recorder.read(log, options),
    pick: (log, seqs) => recorder.pick(log, seqs),
    readRaw: (log, options) => recorder.readRaw(log, options),
    tail: (log, options) => recorder.tail(log, options),
    tailRaw: (log, options) => recorder.tailRaw(log, options),
    find: (session_id) => recorder.find(session_id),
    sessions: (filter) => recorder.sessions(filter),
    list: (query) => recorder.list(query),
    count: (query) => recorder.count(query),
    holderOf: (claim) => recorder.holderOf(claim),
    findByIdempotencyKey: (scope) => recorder.findByIdempotencyKey(scope),
    readiness: () => recorder.readiness(),
    close: () => recorder.close(),
    append: (log, events, options) => recorder.append(log, events, options),
    erase: (log, options) => recorder.erase(log, options),
    eraseLine: (log, seq, options) => recorder.eraseLine(log, seq, options),
    archive: (log, options) => recorder.archive(log, options),
    restore: (log) => recorder.restore(log),
    erasureOf: (session_id) => recorder.erasureOf(session_id),
    ...replaced,
  };
}

export async function linesOf(recorder: Recorder, log: LogName): Promise<Line[]> {
  return Array.fromAsync(recorder.read(log));
}

export async function logsOf(recorder: Recorder): Promise<LogName[]> {
  return Array.fromAsync(recorder.logs());
}

/** A valid message of a session. */
export function messageOf({ user_id, session_id }: LogName, more: object = {}): A3CPMessage {
  return {
    record_id: v4(),
    user_id,
    session_id,
    timestamp: "2026-11-21T09:31:00Z",
    source: "gesture_classifier",
    performer_id: "carer-1",
    ...more,
  };
}

/** Records an event that no command makes yet, as another process would. */
export async function recordElsewhere(recorder: Recorder, log: LogName, type: string): Promise<void> {
  const seq = (await linesOf(recorder, log)).length;
  await recorder.append(log, [{ type, event: { record_id: v4() } }], { expected_seq: seq });
}
