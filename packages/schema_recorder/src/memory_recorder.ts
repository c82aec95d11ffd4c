// A recorder without a disk, for tests of other packages. It keeps each line as the very text the JSONL recorder
// would write, so what it gives out was really encoded and parsed. A store outlives its recorders: a second
// recorder opened on it beside the first is a rival, and one opened after the first was closed is a restart.
import { setImmediate as nextTurn } from "node:timers/promises";
import { type EventToAppend, type Line, PICK_BYTES_MAX } from "@session-ledger/session_contract";
import { claimOf, evolve, INITIAL_STATE, lineScope } from "@session-ledger/session_domain";
import { assertAdmissible, assertLogName } from "./admission.ts";
import { encodeBatch } from "./line_batch.ts";
import { logFileName, logKey } from "./log_paths.ts";
import { archiveStored, eraseStored, eraseStoredLine, restoreStored } from "./memory_log_work.ts";
import {
  createMemoryStore,
  type MemoryStore,
  nextCommit,
  rebuildClaims,
  type StoredLog,
} from "./memory_store.ts";
import type {
  AppendOptions,
  EraseLineOptions,
  EraseOptions,
  Erasure,
  LinePlace,
  LogName,
  OperateOptions,
  RawLines,
  Readiness,
  ReadOptions,
  Recorder,
  SessionCountQuery,
  SessionEntry,
  SessionFilter,
  SessionPage,
  SessionQuery,
  TailOptions,
} from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import { beginningOf, comparePositions, isListed, pageOf, positionOf } from "./session_query.ts";

export interface MemoryRecorderOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Default: an empty store of its own. */
  readonly store?: MemoryStore;
}

export function createMemoryRecorder(options: MemoryRecorderOptions = {}): Recorder {
  return new MemoryRecorder(options.store ?? createMemoryStore(), options.clock ?? Date.now);
}

class MemoryRecorder implements Recorder {
  readonly #store: MemoryStore;
  readonly #clock: () => number;
  readonly #closing = new AbortController();

  constructor(store: MemoryStore, clock: () => number) {
    this.#store = store;
    this.#clock = clock;
    if (store.recorders.size === 0) rebuildClaims(store);
    store.recorders.add(this);
  }

  async append(
    log: LogName,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<readonly Line[]> {
    this.#assertOpen();
    assertAdmissible(log, events);
    const admitted = structuredClone(events);
    // The write takes a turn, so that a caller who counts on its effect too early is found out.
    await nextTurn();
    return this.#commit(log, admitted, options);
  }

  async *read(log: LogName, options: ReadOptions = {}): AsyncGenerator<Line> {
    const { lines } = this.#logOf(log);
    for (const line of lines.slice(options.after_seq ?? 0, options.until_seq)) {
      await nextTurn();
      if (this.#logOf(log).lines !== lines) throw new RecorderError("STORE_UNAVAILABLE", "it was replaced");
      yield parse(line);
    }
  }

  async replay<State>(
    log: LogName,
    evolve: (state: State, line: Line) => State,
    initial: State,
    options?: ReadOptions,
  ): Promise<State> {
    let state = initial;
    for await (const line of this.read(log, options)) state = evolve(state, line);
    return state;
  }

  async *tail(log: LogName, options: TailOptions): AsyncGenerator<Line> {
    this.#logOf(log);
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    let seq = options.after_seq ?? 0;
    while (!signal.aborted) {
      const line = this.#logOf(log).lines[seq];
      if (line === undefined) await nextCommit(this.#store, log, signal);
      else {
        seq += 1;
        yield parse(line);
      }
    }
  }

  async erase(log: LogName, options: EraseOptions = {}): Promise<void> {
    await this.#turnFor(log);
    eraseStored(this.#store, log, options, this.#clock());
  }

  async eraseLine(log: LogName, seq: number, options: EraseLineOptions): Promise<Line> {
    await this.#turnFor(log);
    return eraseStoredLine(this.#store, log, seq, options, this.#clock());
  }

  async archive(log: LogName, { expected_seq }: OperateOptions = {}): Promise<void> {
    await this.#turnFor(log);
    archiveStored(this.#store, log, expected_seq, this.#clock());
  }

  async restore(log: LogName): Promise<void> {
    await this.#turnFor(log);
    restoreStored(this.#store, log);
  }

  async erasureOf(session_id: string): Promise<Erasure | undefined> {
    this.#assertOpen();
    return this.#store.erasures.get(session_id);
  }

  async *logs(): AsyncGenerator<LogName> {
    this.#assertOpen();
    const standing = [...this.#store.logs.values()].filter(({ archived_at }) => archived_at === undefined);
    const names = standing.map(({ name }) => name);
    yield* names.sort(byOwnerAndFile);
  }

  async pick(log: LogName, seqs: readonly number[]): Promise<readonly Line[]> {
    await nextTurn();
    const { lines } = this.#logOf(log);
    const picked: Line[] = [];
    let bytes = 0;
    for (const seq of seqs) {
      const line = lines[seq - 1];
      if (line === undefined) throw new RecorderError("SEQ_NOT_FOUND", `line ${seq}`);
      bytes += Buffer.byteLength(line);
      if (bytes > PICK_BYTES_MAX && picked.length > 0) break;
      picked.push(parse(line));
    }
    return picked;
  }

  async *readRaw(log: LogName, options: ReadOptions = {}): AsyncGenerator<RawLines> {
    for await (const line of this.read(log, options)) yield this.#rawLine(log, line);
  }

  async *tailRaw(log: LogName, options: TailOptions): AsyncGenerator<RawLines> {
    for await (const line of this.tail(log, options)) yield this.#rawLine(log, line);
  }

  async find(session_id: string): Promise<readonly SessionEntry[]> {
    return this.#entries().filter(({ log }) => log.session_id === session_id);
  }

  async *sessions(filter: SessionFilter = {}): AsyncGenerator<SessionEntry> {
    for (const entry of this.#entries()) {
      if (filter.holding_claim !== true || claimOf(entry.state) !== undefined) yield entry;
    }
  }

  async list(query: SessionQuery): Promise<SessionPage> {
    this.#assertOpen();
    const begin = beginningOf(query);
    const listed = this.#entries()
      .map((entry) => ({ entry, position: positionOf(entry) }))
      .filter(({ entry, position }) => isListed(query, entry, position))
      .filter(({ position }) => comparePositions(position, begin) > 0)
      .sort((a, b) => comparePositions(a.position, b.position));
    return pageOf(
      listed.slice(query.skip).map(({ entry }) => entry),
      query.limit,
    );
  }

  async count(query: SessionCountQuery): Promise<number> {
    this.#assertOpen();
    const all: SessionQuery = { ...query, limit: 1 };
    return this.#entries().filter((entry) => isListed(all, entry, positionOf(entry))).length;
  }

  async holderOf(claim: string): Promise<LogName | undefined> {
    return this.#store.claims.holderOf(claim);
  }

  /** Looks at every line, so that it cannot disagree with them. */
  async findByIdempotencyKey(scope: string): Promise<LinePlace | undefined> {
    this.#assertOpen();
    for (const { name, state, lines } of this.#store.logs.values()) {
      const line = lines.map(parse).find((each) => lineScope(each, name, state.kind) === scope);
      if (line !== undefined) return { log: name, seq: line.seq };
    }
    return undefined;
  }

  async readiness(): Promise<Readiness> {
    return this.#closing.signal.aborted
      ? { ready: false, reason: "The recorder is closed." }
      : { ready: true };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // The appends that were accepted before stand ahead in the queue of turns.
    await nextTurn();
    this.#store.recorders.delete(this);
  }

  /** One synchronous step, which is what makes it all or nothing and settles every race. */
  #commit(name: LogName, events: readonly EventToAppend[], options: AppendOptions): readonly Line[] {
    const { logs, claims, commits } = this.#store;
    const key = logKey(name);
    const before = logs.get(key);
    const seq = before?.last.seq ?? 0;
    if (before?.archived_at !== undefined && options.expected_seq > 0)
      throw new RecorderError("LOG_ARCHIVED");
    if (seq !== options.expected_seq) {
      throw new RecorderError("SEQ_CONFLICT", `expected seq ${options.expected_seq}, the log is at ${seq}`);
    }
    const batch = encodeBatch(name, events, before?.last, this.#clock());
    if (options.claim !== undefined) claims.reserve(options.claim, name);

    const texts = batch.bytes.toString().trimEnd().split("\n");
    const recorded = texts.map(parse);
    const lines = before?.lines ?? [];
    lines.push(...texts);
    logs.set(key, {
      name: { user_id: name.user_id, session_id: name.session_id },
      lines,
      state: recorded.reduce(evolve, before?.state ?? INITIAL_STATE),
      last: recorded.at(-1)!,
    });
    if (options.release !== undefined) claims.release(options.release, name);
    if (options.claim !== undefined) claims.hold(options.claim, name);
    commits.emit(key);
    return recorded;
  }

  #rawLine(log: LogName, { seq }: Line): RawLines {
    return { first_seq: seq, last_seq: seq, bytes: Buffer.from(`${this.#logOf(log).lines[seq - 1]}\n`) };
  }

  async #turnFor(log: LogName): Promise<void> {
    this.#assertOpen();
    assertLogName(log);
    await nextTurn();
  }

  #entries(): readonly SessionEntry[] {
    return Array.from(this.#store.logs.values(), ({ name, state, last, archived_at }) => ({
      log: name,
      state,
      recorded_at: last.recorded_at,
      hash: last.hash,
      ...(archived_at === undefined ? {} : { archived_at }),
    }));
  }

  #logOf(name: LogName): StoredLog {
    this.#assertOpen();
    const log = this.#store.logs.get(logKey(name));
    if (log === undefined) throw new RecorderError("LOG_NOT_FOUND");
    if (log.archived_at !== undefined) throw new RecorderError("LOG_ARCHIVED");
    return log;
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) {
      throw new RecorderError("STORE_UNAVAILABLE", "the recorder is closed");
    }
  }
}

function byOwnerAndFile(a: LogName, b: LogName): number {
  return compare(a.user_id, b.user_id) || compare(logFileName(a.session_id), logFileName(b.session_id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parse(line: string): Line {
  return JSON.parse(line) as Line;
}
