import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { assertAdmissible, assertLogName } from "./admission.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Claims } from "./claims.ts";
import { CommitFeed } from "./commit_feed.ts";
import { CommittedLogs } from "./committed_logs.ts";
import { CommittedSessions } from "./committed_sessions.ts";
import { CommitQueue } from "./journal/commit_queue.ts";
import { encodeBatch } from "./line_batch.ts";
import { expectedPosition, LogTips, type Tip } from "./log_tips.ts";
import { LogWork } from "./log_work.ts";
import { PendingWork } from "./pending_work.ts";
import type {
  AppendOptions,
  EraseLineOptions,
  EraseOptions,
  Erasure,
  Fault,
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
import { StoreHealth } from "./store_health.ts";
import { type OpenStore, openStore, type StoreOptions, type StoreSeams } from "./store_opening.ts";
import type { RecoveredStore } from "./store_recovery.ts";
import type { TailRepair } from "./torn_tail.ts";

/**
 * The recorder of the embedded store: one JSONL file a session, below a log root that it alone writes. Appends are
 * decided here, in memory, and made durable by the commit queue.
 */
export class JsonlRecorder implements Recorder {
  readonly #store: OpenStore;
  readonly #recovered: RecoveredStore;
  readonly #checkpoints: Checkpoints | undefined;
  readonly #queue: CommitQueue | undefined;
  readonly #checkpoint_timer: NodeJS.Timeout | undefined;
  readonly #claims = new Claims();
  readonly #feed = new CommitFeed();
  readonly #health: StoreHealth;
  readonly #logs: CommittedLogs;
  readonly #sessions: CommittedSessions;
  readonly #tips: LogTips;
  readonly #work: LogWork | undefined;
  readonly #pending = new PendingWork();
  #closed: Promise<void> | undefined;

  private constructor(store: OpenStore) {
    this.#store = store;
    this.#recovered = store.recovered;
    this.#health = new StoreHealth(store);
    this.#tips = new LogTips(store.recovered.catalog);
    this.#logs = new CommittedLogs(store, this.#feed, this.#health, (log) => this.#work?.free(log));
    this.#sessions = new CommittedSessions(store.recovered, this.#health);
    store.onLockLost((error) =>
      this.#health.fail(new RecorderError("STORE_FAILED", "the lock was lost", { cause: error })),
    );
    for (const { claim, log } of this.#recovered.catalog.claimed()) this.#claims.hold(claim!, log);
    if (store.read_only !== undefined) return;
    const committer = store.makeCommitter();
    const checkpoints = new Checkpoints(store.recovered, committer, store.makeCatalogWriter());
    this.#checkpoints = checkpoints;
    this.#queue = new CommitQueue(
      {
        committer,
        checkpoint_bytes: store.checkpoint_bytes,
        checkpoint: (next_batch) => checkpoints.carryOut(next_batch),
        onFailed: (error) => this.#health.fail(error),
      },
      this.#recovered.next_batch,
    );
    this.#work = new LogWork({
      store,
      queue: this.#queue,
      tips: this.#tips,
      claims: this.#claims,
      feed: this.#feed,
    });
    this.#checkpoint_timer = setInterval(() => this.#queue?.requestCheckpoint(), store.checkpoint_ms).unref();
  }

  /**
   * Takes the lock of a log root, and recovers what the last writer left. A root that cannot be written is opened
   * for reading: appends are refused, and `readiness` says why.
   * @throws RecorderError `LOG_ROOT_LOCKED`, `JOURNAL_CORRUPT`
   */
  static async open(options: StoreOptions, seams?: StoreSeams): Promise<JsonlRecorder> {
    return new JsonlRecorder(await openStore(options, seams));
  }

  /** Tells other processes where this one answers, for as long as it writes. */
  announce(address: string): Promise<void> {
    return this.#store.announce(address);
  }

  /** What opening, and examining logs since, repaired. */
  get repairs(): readonly TailRepair[] {
    return this.#recovered.examiner.repairs;
  }

  /** The first fault of each log that is known to be damaged, and so refused. */
  get faults(): readonly Fault[] {
    return this.#recovered.examiner.faults;
  }

  /** Reads every log that was not read yet, and repairs torn ends: what appends would do, one log at a time. */
  async examineAll(): Promise<void> {
    this.#health.assertWritable();
    await this.#recovered.examiner.examineAll();
  }

  async append(
    log: LogName,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<readonly Line[]> {
    assertAdmissible(log, events);
    this.#health.assertWritable();
    const { examiner } = this.#recovered;
    // A new log has nothing to examine, and neither has one with an append under way.
    if (options.expected_seq > 0 && !this.#tips.has(log) && !examiner.isExamined(log)) {
      await examiner.examineStanding(log).catch((error) => this.#health.refuse(error));
      this.#health.assertWritable();
    }
    while (this.#work!.isHeld(log)) {
      await this.#work!.free(log);
      this.#health.assertWritable();
    }
    return this.#enqueue(log, events, options);
  }

  erase(log: LogName, options: EraseOptions = {}): Promise<void> {
    return this.#workOn(log, (work) => work.erase(log, options));
  }

  eraseLine(log: LogName, seq: number, options: EraseLineOptions): Promise<Line> {
    return this.#workOn(log, (work) => work.eraseLine(log, seq, options));
  }

  archive(log: LogName, options: OperateOptions = {}): Promise<void> {
    return this.#workOn(log, (work) => work.archive(log, options));
  }

  restore(log: LogName): Promise<void> {
    return this.#workOn(log, (work) => work.restore(log));
  }

  logs(): AsyncGenerator<LogName, void> {
    return this.#logs.names();
  }

  read(log: LogName, options?: ReadOptions): AsyncGenerator<Line, void> {
    return this.#logs.read(log, options);
  }

  pick(log: LogName, seqs: readonly number[]): Promise<readonly Line[]> {
    return this.#logs.pick(log, seqs);
  }

  readRaw(log: LogName, options?: ReadOptions): AsyncGenerator<RawLines, void> {
    return this.#logs.readRaw(log, options);
  }

  replay<State>(
    log: LogName,
    evolve: (state: State, line: Line) => State,
    initial: State,
    options?: ReadOptions,
  ): Promise<State> {
    return this.#logs.replay(log, evolve, initial, options);
  }

  tail(log: LogName, options: TailOptions): AsyncGenerator<Line, void> {
    return this.#logs.tail(log, options);
  }

  tailRaw(log: LogName, options: TailOptions): AsyncGenerator<RawLines, void> {
    return this.#logs.tailRaw(log, options);
  }

  async erasureOf(session_id: string): Promise<Erasure | undefined> {
    return this.#sessions.erasureOf(session_id);
  }

  async find(session_id: string): Promise<readonly SessionEntry[]> {
    return this.#sessions.find(session_id);
  }

  async *sessions(filter: SessionFilter = {}): AsyncGenerator<SessionEntry, void> {
    yield* this.#sessions.all(filter);
  }

  async list(query: SessionQuery): Promise<SessionPage> {
    return this.#sessions.list(query);
  }

  async count(query: SessionCountQuery): Promise<number> {
    return this.#sessions.count(query);
  }

  async holderOf(claim: string): Promise<LogName | undefined> {
    return this.#claims.holderOf(claim);
  }

  async findByIdempotencyKey(scope: string): Promise<LinePlace | undefined> {
    return this.#sessions.findByIdempotencyKey(scope);
  }

  readiness(): Promise<Readiness> {
    return this.#health.readiness();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Decides the append on what is already queued, and queues it: all in one turn, so appends keep their order. */
  #enqueue(log: LogName, events: readonly EventToAppend[], options: AppendOptions): Promise<readonly Line[]> {
    const queue = this.#queue!;
    queue.assertRoom();
    this.#recovered.examiner.assertSound(log);
    const tip = this.#tips.of(log);
    const { incarnation, bytes } = tip.entry;
    const before = expectedPosition(tip, options);
    if (before === undefined && this.#recovered.catalog.conflictsInCase(log))
      throw new RecorderError("ID_CASE_CONFLICT");
    const batch = encodeBatch(log, events, before, this.#store.clock());
    if (options.claim !== undefined) this.#claims.reserve(options.claim, log);
    const { chain } = tip;
    const next = this.#tips.advance(tip, batch.lines, batch.bytes.length, options);
    return new Promise((resolve, reject) => {
      queue.push({
        kind: "append",
        log,
        incarnation,
        byte_offset: bytes,
        data: batch.bytes,
        chain,
        onDurable: () => {
          this.#commit(next, batch.lines, options);
          resolve(batch.lines);
        },
        onRefused: (error) => {
          this.#tips.abandon(log, chain);
          if (options.claim !== undefined) this.#claims.cancel(options.claim);
          reject(error);
        },
      });
    });
  }

  /** The append that ends at `tip` is durable: catalog and claims move on, and who waits for the log is told. */
  #commit(tip: Tip, lines: readonly Line[], { claim, release, expected_seq }: AppendOptions): void {
    const { catalog, examiner } = this.#recovered;
    const { log } = tip.entry;
    if (release !== undefined) this.#claims.release(release, log);
    if (claim !== undefined) this.#claims.hold(claim, log);
    catalog.set(tip.entry);
    for (const line of lines) catalog.idempotency_keys.note(line, tip.entry);
    if (expected_seq === 0) examiner.note(log);
    this.#tips.settle(tip);
    this.#feed.publish(log);
  }

  /** Does something to a log as a whole. Closing waits for it. */
  #workOn<Result>(log: LogName, task: (work: LogWork) => Promise<Result>): Promise<Result> {
    const begin = async (): Promise<Result> => {
      assertLogName(log);
      this.#health.assertWritable();
      return task(this.#work!);
    };
    return this.#pending.track(begin().catch((error) => this.#health.refuse(error)));
  }

  async #close(): Promise<void> {
    this.#health.close();
    clearInterval(this.#checkpoint_timer);
    await this.#recovered.examiner.idle();
    await this.#pending.settled();
    await this.#queue?.idle();
    this.#queue?.requestCheckpoint();
    await this.#queue?.idle();
    await this.#checkpoints?.close();
    await this.#store.close(!this.#health.has_failed && this.#checkpoints !== undefined);
  }
}
