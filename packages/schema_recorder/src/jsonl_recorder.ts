import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { assertAdmissible, assertLogName } from "./admission.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Claims } from "./claims.ts";
import { CommitFeed } from "./commit_feed.ts";
import { CommittedLogs } from "./committed_logs.ts";
import { CommittedSessions } from "./committed_sessions.ts";
import { CommitQueue } from "./journal/commit_queue.ts";
import { LogAppender } from "./log_appender.ts";
import { LogTips } from "./log_tips.ts";
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
 * The recorder of the embedded store: one JSONL file a session, below a log root that it alone writes. It puts the
 * store's parts together, and asks each of them for what it does.
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
  readonly #work: LogWork | undefined;
  readonly #appender: LogAppender | undefined;
  readonly #pending = new PendingWork();
  #closed: Promise<void> | undefined;

  private constructor(store: OpenStore) {
    this.#store = store;
    this.#recovered = store.recovered;
    this.#health = new StoreHealth(store);
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
    const tips = new LogTips(store.recovered.catalog);
    const shared = { store, queue: this.#queue, tips, claims: this.#claims, feed: this.#feed };
    this.#work = new LogWork(shared);
    this.#appender = new LogAppender({ ...shared, health: this.#health, work: this.#work });
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
    return this.#appender!.append(log, events, options);
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
