import type { Cause, EventToAppend, Line, SessionKind } from "@session-ledger/session_contract";
import type { SessionState, SessionStatus } from "@session-ledger/session_domain";

/** Names one session log. */
export interface LogName {
  readonly user_id: string;
  readonly session_id: string;
}

export interface ReadOptions {
  /** Lines up to this `seq` are left out (they are verified all the same). Default 0. */
  readonly after_seq?: number;
  /** The last `seq` to read. Default: the log's last. */
  readonly until_seq?: number;
}

export interface TailOptions {
  /** The last `seq` that the caller has. Default 0: from the first line on. */
  readonly after_seq?: number;
  /** Ends the tail. */
  readonly signal: AbortSignal;
}

/** Lines as they stand in a log, each with its newline. */
export interface RawLines {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly bytes: Buffer;
}

export interface AppendOptions {
  /** The `seq` of the last line the caller decided on; 0 says that the log must not exist yet. */
  readonly expected_seq: number;
  /** A name that this log takes with the append, and that at most one log holds. */
  readonly claim?: string;
  /** A name that this log gives up with the append. */
  readonly release?: string;
}

/** Why something was erased. The reason is a code or a sentence of the operator's, without personal data. */
export type ErasureNote = Pick<Cause, "trigger" | "reason">;

/** What remains of an erased session, beside digests of its ids: nothing that names anyone. */
export interface Erasure extends ErasureNote {
  readonly erased_at: string;
  readonly kind: SessionKind;
  /** How many lines its log had. */
  readonly lines: number;
}

export interface OperateOptions {
  /** The `seq` of the last line the caller decided on. Default: whatever it is. */
  readonly expected_seq?: number;
}

export interface EraseLineOptions extends OperateOptions {
  /** That of the `line.erased` event. */
  readonly record_id: string;
  readonly cause?: Cause;
}

export interface EraseOptions extends OperateOptions {
  /** What is to be remembered of it. Absent: nothing remains, and the session is one that never existed. */
  readonly note?: ErasureNote;
}

/** What is wrong with a log, and where. */
export interface Fault {
  readonly code: "LOG_CORRUPT" | "LOG_TRUNCATED" | "LOG_FORMAT_UNSUPPORTED" | "LOG_TORN";
  /** The file, relative to the log root. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
  /** Where the line begins, in bytes from the start of the file. */
  readonly byte_offset: number;
  readonly reason: string;
}

/** A session as the catalog knows it: the fold of its log, and the log's end. */
export interface SessionEntry {
  readonly log: LogName;
  readonly state: SessionState;
  /** The last line's `recorded_at`. */
  readonly recorded_at: string;
  /** The last line's `hash`. */
  readonly hash: string;
  /** When the log was archived; absent while it stands among the others. */
  readonly archived_at?: string;
  /** Set when the log does not verify: then `state` is that of the lines before the fault. */
  readonly fault?: Fault;
}

export interface SessionFilter {
  /** Only the sessions that hold a claim: those that are open. Finding them costs nothing for the others. */
  readonly holding_claim?: boolean;
}

/** Where a line stands. */
export interface LinePlace {
  readonly log: LogName;
  readonly seq: number;
}

/**
 * Where a session stands in a list: the newest first, and of one millisecond the greater names first. It is total,
 * and never changes once the session has started, so a place in a list outlives whatever happens around it.
 */
export interface ListPosition extends LogName {
  /** When the session started, in milliseconds since the epoch. */
  readonly started_ms: number;
}

/** Which sessions a list holds. */
export interface SessionQuery {
  readonly kinds: readonly SessionKind[];
  readonly states: readonly Exclude<SessionStatus, "none">[];
  /** Only this owner's sessions. */
  readonly user_id?: string;
  /** Only sessions that started later, in milliseconds since the epoch. */
  readonly started_after_ms?: number;
  /** Only sessions that started earlier. */
  readonly started_before_ms?: number;
  /** Only sessions that stand after this place: the `next` of the page before. */
  readonly after?: ListPosition;
  /** How many sessions of the list are passed over before the page begins. Default 0. */
  readonly skip?: number;
  /** How many sessions the page holds at the most. */
  readonly limit: number;
}

/** Which sessions are counted: an owner's, of some kinds and states. */
export type SessionCountQuery = Required<Pick<SessionQuery, "user_id" | "kinds" | "states">>;

/** One page of a list. */
export interface SessionPage<Entry extends SessionEntry = SessionEntry> {
  readonly entries: readonly Entry[];
  /** The place of the page's last session; absent if nothing follows it. */
  readonly next?: ListPosition;
}

/** Whether the store takes appends, and if not, why: a sentence for `/readyz`. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/**
 * What may read a ledger, beside a living writer too. It never changes a file. Reading ends before an unfinished
 * last line or batch, which no one has acknowledged.
 */
export interface LedgerReader {
  /** Every log, in the order of `user_id` and then of the file's name. */
  logs(): AsyncIterable<LogName>;

  /**
   * The lines of a log in order, each verified against the chain before it is given out.
   * @throws RecorderError `LOG_NOT_FOUND`, `LOG_CORRUPT`, `LOG_FORMAT_UNSUPPORTED`, `STORE_UNAVAILABLE`
   */
  read(log: LogName, options?: ReadOptions): AsyncIterable<Line>;

  /**
   * Folds the lines of a log, each verified before it is folded. Memory is bounded, whatever the log's length.
   * @throws RecorderError as `read` does
   */
  replay<State>(
    log: LogName,
    evolve: (state: State, line: Line) => State,
    initial: State,
    options?: ReadOptions,
  ): Promise<State>;

  /**
   * The lines of a log, then each further line as it is committed, until the signal. It costs nothing while
   * nothing happens.
   * @throws RecorderError as `read` does
   */
  tail(log: LogName, options: TailOptions): AsyncIterable<Line>;

  /** Lets go of every file. Reads under way end or fail; none is cut short in silence. */
  close(): Promise<void>;
}

/** What may write a ledger: the one writer of its log root. */
export interface Recorder extends LedgerReader {
  /**
   * Records `events` as the next lines of `log`: all or none. It resolves once they are durable, with the lines
   * as recorded; only then are they visible to reads, tails and the catalog. Any error but `STORE_FAILED` says
   * that nothing was recorded.
   * @throws RecorderError `SEQ_CONFLICT` and `CLAIM_TAKEN` (catch up, decide anew), `LINE_TOO_LONG`,
   *   `BATCH_TOO_LARGE`, `RAW_MEDIA_REFUSED`, `LOG_CORRUPT`, `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED`,
   *   `ID_CASE_CONFLICT`, `STORE_FULL`, `STORE_OVERLOADED`, `STORE_UNAVAILABLE`, `STORE_FAILED`
   * @throws JsonRefused `JSON_*`
   */
  append(log: LogName, events: readonly EventToAppend[], options: AppendOptions): Promise<readonly Line[]>;

  /**
   * Erases a log for good, whatever its state, and frees its claim. It resolves once neither a byte of it nor its
   * name stands anywhere in the store, and no recovery can bring it back.
   * @throws RecorderError `LOG_NOT_FOUND`, `SEQ_CONFLICT`, `STORE_FULL`, `STORE_OVERLOADED`, `STORE_UNAVAILABLE`,
   *   `STORE_FAILED`
   */
  erase(log: LogName, options?: EraseOptions): Promise<void>;

  /**
   * Erases the content of one line for good, and records a `line.erased` event that says so, which it gives. It
   * resolves once no byte of the content stands anywhere in the store. The first line stays, and so does one that is
   * erased already or says that another is.
   * @throws RecorderError `LINE_NOT_ERASABLE`, and as `archive` does
   */
  eraseLine(log: LogName, seq: number, options: EraseLineOptions): Promise<Line>;

  /**
   * Packs the log of a session that has ended. Until it is restored it cannot be read or appended to: `LOG_ARCHIVED`.
   * @throws RecorderError `LOG_NOT_FOUND`, `LOG_ARCHIVED`, `LOG_NOT_ENDED`, `SEQ_CONFLICT`, `LOG_CORRUPT`,
   *   `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED`, `STORE_FULL`, `STORE_OVERLOADED`, `STORE_UNAVAILABLE`, `STORE_FAILED`
   */
  archive(log: LogName, options?: OperateOptions): Promise<void>;

  /**
   * Brings an archived log back, byte for byte.
   * @throws RecorderError `LOG_NOT_ARCHIVED`, and as `archive` does
   */
  restore(log: LogName): Promise<void>;

  /** What is remembered of an erased session with this id. */
  erasureOf(session_id: string): Promise<Erasure | undefined>;

  /**
   * The lines with these numbers, in the order in which they are named, each verified against the chain: all of them, or
   * the first ones if all have more than `PICK_BYTES_MAX` bytes, and at least one. Who wants the others asks again. It
   * costs what it gives, however long the log is; but the first time that so much of a log is read, all before it is
   * read once.
   * @throws RecorderError `SEQ_NOT_FOUND` if the log does not have one of them, and as `read` does
   */
  pick(log: LogName, seqs: readonly number[]): Promise<readonly Line[]>;

  /** As `read`, but the lines as the bytes that stand in the log, in groups of bounded size. */
  readRaw(log: LogName, options?: ReadOptions): AsyncIterable<RawLines>;

  /** As `tail`, but the lines as the bytes that stand in the log, in groups of bounded size. */
  tailRaw(log: LogName, options: TailOptions): AsyncIterable<RawLines>;

  /** The sessions with this id: one at most for each owner. */
  find(session_id: string): Promise<readonly SessionEntry[]>;

  /** The sessions in the catalog, in no order. */
  sessions(filter?: SessionFilter): AsyncIterable<SessionEntry>;

  /**
   * A page of the sessions that a query asks for, the newest first. A page costs what it holds, however many
   * sessions there are and wherever it begins; sessions added meanwhile shift nothing.
   */
  list(query: SessionQuery): Promise<SessionPage>;

  /** How many sessions an owner has. It costs nothing more once it was asked. */
  count(query: SessionCountQuery): Promise<number>;

  /** The log that holds a claim. */
  holderOf(claim: string): Promise<LogName | undefined>;

  /**
   * Where the line stands that a request with an idempotency key caused. `scope` is the request's, as `lineScope` of
   * the domain has it for the line. It is found as long as its log stands.
   */
  findByIdempotencyKey(scope: string): Promise<LinePlace | undefined>;

  /** Whether appends are taken now. */
  readiness(): Promise<Readiness>;
}
