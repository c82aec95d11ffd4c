import { assertNoRawMedia, type LogName } from "@session-ledger/schema_recorder";
import {
  type A3CPMessage,
  type Cause,
  type JsonObject,
  type Line,
  type SessionManagerEndInput,
  type SessionManagerEndOutput,
  SessionManagerEndOutputSchema,
  type SessionManagerStartInput,
  type SessionManagerStartOutput,
  SessionManagerStartOutputSchema,
  type SessionManagerValidateInput,
  toServerTime,
} from "@session-ledger/session_contract";
import {
  type AppendMessage,
  type Decision,
  type DecisionState,
  decide,
  type EndSession,
  INITIAL_STATE,
  isOpen,
  type Stamp,
  type StartSession,
} from "@session-ledger/session_domain";
import type { ActiveSession, ActiveSessions } from "./active_sessions.ts";
import type { Clock } from "./clock.ts";
import { retryOnConflict } from "./conflict_retry.ts";
import type { IdGenerator } from "./idgen.ts";
import { Lanes } from "./lanes.ts";
import {
  type AppendReceipt,
  type KnownSession,
  type OperatorLog,
  type Outcome,
  unknownSession,
  type ValidityOutcome,
} from "./models.ts";
import { outputEvent } from "./output_event.ts";
import type { SessionRepository } from "./repository.ts";
import { ServiceError } from "./service_error.ts";

/** How often a session id is drawn before the ids count as used up. */
const SESSION_ID_DRAWS_MAX = 8;

/** The performer of what no client asked for. */
const SYSTEM = "system";

export interface SessionServiceOptions {
  readonly repository: SessionRepository;
  readonly active: ActiveSessions;
  readonly ids: IdGenerator;
  readonly clock: Clock;
  readonly operator_log: OperatorLog;
  /** A session idle for longer is due to be ended. 0: none is. */
  readonly session_timeout_ms: number;
  /** Called after each commit, when a session may have become the first one due. */
  readonly onCommit: () => void;
}

/** Whether the session, at the `seq` where it stands, is the one that the client means. */
export type Precondition = (seq: number) => boolean;

/**
 * Carries commands out in the order of DESIGN section 4: lane, decision, output check, append, memory. Memory
 * changes only after the append is durable, so a command that fails leaves nothing behind.
 */
export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #stamp: Stamp;
  readonly #lanes = new Lanes();

  constructor(options: SessionServiceOptions) {
    this.#options = options;
    this.#stamp = {
      session_id: () => options.ids.sessionId(),
      record_id: () => options.ids.recordId(),
      timestamp: () => toServerTime(options.clock.now()),
    };
  }

  /**
   * Starts a session.
   * @throws SessionRejected `SESSION_ALREADY_ACTIVE`
   * @throws ServiceError `EVENT_INVALID`, and RecorderError as `append` of the recorder does
   */
  start(input: SessionManagerStartInput): Promise<Outcome<SessionManagerStartOutput>> {
    const command: StartSession = { type: "start", input, cause: causeOf(input.performer_id) };
    return this.#lanes.inUserLane(input.user_id, () =>
      retryOnConflict(
        () => this.#start(command),
        () => this.#catchUpUser(input.user_id),
      ),
    );
  }

  /**
   * Ends a session.
   * @throws SessionRejected `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH`, `SESSION_ALREADY_ENDED`
   * @throws ServiceError `PRECONDITION_FAILED`, `EVENT_INVALID`, and RecorderError as the recorder does
   */
  end(input: SessionManagerEndInput, precondition?: Precondition): Promise<Outcome<SessionManagerEndOutput>> {
    const command: EndSession = { type: "end", input, cause: causeOf(input.performer_id) };
    return this.#lanes.inBothLanes(input, () =>
      retryOnConflict(
        () => this.#end(command, precondition),
        () => this.#catchUpLog(input),
      ),
    );
  }

  /** Whether a session of this user is open. It changes nothing and waits for nothing. */
  async validate(input: SessionManagerValidateInput): Promise<ValidityOutcome> {
    const { state } = await this.#session(input);
    const known = state.user_id === input.user_id && state.status !== "deleted";
    if (!known) return { answer: { status: "invalid" } };
    return { answer: { status: isOpen(state) ? "active" : "closed" }, seq: state.seq };
  }

  /**
   * Records a message, unchanged.
   * @throws SessionRejected `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH`, `SESSION_ALREADY_CLOSED`,
   *   `SESSION_PAUSED`, `RECORD_ID_REUSED`
   * @throws RecorderError `RAW_MEDIA_REFUSED`, whatever the session: what the message is comes before where it goes
   * @throws ServiceError `PRECONDITION_FAILED`, and RecorderError as the recorder does
   */
  async append(message: A3CPMessage, precondition?: Precondition): Promise<Outcome<AppendReceipt>> {
    assertNoRawMedia(message as JsonObject);
    const command: AppendMessage = { type: "append", message };
    return this.#lanes.inLogLane(message, () =>
      retryOnConflict(
        () => this.#append(command, precondition),
        () => this.#catchUpLog(message),
      ),
    );
  }

  /** Ends every session that has been idle for too long, and says how many. One that cannot be ended stays due. */
  async endIdle(): Promise<number> {
    const { active, clock, operator_log, session_timeout_ms } = this.#options;
    if (session_timeout_ms === 0) return 0;
    let ended = 0;
    for (const session of active.idleSince(clock.monotonic() - session_timeout_ms)) {
      try {
        if (await this.#endIdle(session)) ended += 1;
      } catch (error) {
        operator_log.error({ err: error, ...session.log }, "an idle session could not be ended");
      }
    }
    return ended;
  }

  /** When the first session is due to be ended, on the monotonic clock; undefined while none will be. */
  nextIdleDue(): number | undefined {
    const { active, session_timeout_ms } = this.#options;
    const longest_idle = session_timeout_ms === 0 ? undefined : active.longestIdle();
    // A session may be idle for the whole timeout; the next millisecond is too long.
    return longest_idle && longest_idle.last_activity_ms + session_timeout_ms + 1;
  }

  /** Resolves when every command that was taken so far has ended. */
  async idle(): Promise<void> {
    await this.#lanes.idle();
  }

  async #start(command: StartSession): Promise<Outcome<SessionManagerStartOutput>> {
    const { active } = this.#options;
    const { user_id } = command.input;
    const { decision, answer } = await this.#decideStart(command, {
      session: INITIAL_STATE,
      user_has_active: active.ofUser(user_id) !== undefined,
      record_id_used: false,
    });
    const { seq } = await this.#commit(unknownSession({ user_id, session_id: answer.session_id }), decision);
    return { answer, seq };
  }

  /** An id that exists in any state is never issued again, so a decision that drew such an id is made anew. */
  async #decideStart(command: StartSession, state: DecisionState) {
    for (let draws = 1; draws <= SESSION_ID_DRAWS_MAX; draws += 1) {
      const decision = decide(command, state, this.#stamp);
      const answer = outputEvent(SessionManagerStartOutputSchema, decision);
      if (!(await this.#options.repository.isIssued(answer.session_id))) return { decision, answer };
    }
    throw new ServiceError("INTERNAL_ERROR", `${SESSION_ID_DRAWS_MAX} session ids drawn, all of them in use`);
  }

  async #end(command: EndSession, precondition?: Precondition): Promise<Outcome<SessionManagerEndOutput>> {
    const session = await this.#session(command.input);
    const decision = decide(command, { ...NO_START, session: session.state }, this.#stamp);
    assertPrecondition(session, precondition);
    const answer = outputEvent(SessionManagerEndOutputSchema, decision);
    const { seq } = await this.#commit(session, decision);
    return { answer, seq };
  }

  async #append(command: AppendMessage, precondition?: Precondition): Promise<Outcome<AppendReceipt>> {
    const { record_id } = command.message;
    const session = await this.#session(command.message);
    const record_id_used = session.record_ids.has(record_id.toLowerCase());
    const decision = decide(command, { ...NO_START, session: session.state, record_id_used }, this.#stamp);
    assertPrecondition(session, precondition);
    const { seq, recorded_at } = await this.#commit(session, decision);
    return { answer: { record_id, recorded_at }, seq };
  }

  /** Ends a session by the system, unless something happened to it while this waited for its turn. */
  #endIdle({ log, last_activity_ms }: ActiveSession): Promise<boolean> {
    const command: EndSession = {
      type: "end",
      input: { user_id: log.user_id, session_id: log.session_id, performer_id: SYSTEM },
      cause: { trigger: "system_timeout" },
    };
    return this.#lanes.inBothLanes(log, async () => {
      if (this.#options.active.find(log)?.last_activity_ms !== last_activity_ms) return false;
      await retryOnConflict(
        () => this.#end(command),
        () => this.#catchUpLog(log),
      );
      return true;
    });
  }

  /** Records what was decided, then moves memory on. Gives the last line. */
  async #commit(session: KnownSession, { events, ...claims }: Decision): Promise<Line> {
    const { repository, active, clock, onCommit } = this.#options;
    const lines = await repository.append(session.log, events, {
      expected_seq: session.state.seq,
      ...claims,
    });
    active.advance(session, lines, clock.monotonic());
    onCommit();
    return lines.at(-1)!;
  }

  async #session({ user_id, session_id }: LogName): Promise<KnownSession> {
    const log = { user_id, session_id };
    const { active, repository } = this.#options;
    return active.find(log) ?? (await repository.find(log)) ?? unknownSession(log);
  }

  async #catchUpUser(user_id: string): Promise<void> {
    const { active, clock, repository } = this.#options;
    const held = active.ofUser(user_id);
    const session = await repository.activeOf(user_id);
    if (session !== undefined) active.put(session, clock.monotonic());
    else if (held !== undefined) active.forget(held.log);
  }

  async #catchUpLog({ user_id, session_id }: LogName): Promise<void> {
    const { active, clock, repository } = this.#options;
    const log = { user_id, session_id };
    const session = await repository.find(log);
    if (session === undefined) active.forget(log);
    else active.put(session, clock.monotonic());
  }
}

/** What only the decision on a start, or on a message, looks at. */
const NO_START = { user_has_active: false, record_id_used: false };

function causeOf(performer_id: string): Cause {
  return { trigger: performer_id === SYSTEM ? "api_call" : "user_action" };
}

/**
 * Checked once the command is accepted: RFC 9110, 13.2.1, has a request that fails anyway fail for its own reason.
 * @throws ServiceError `PRECONDITION_FAILED`
 */
function assertPrecondition({ state }: KnownSession, precondition: Precondition | undefined): void {
  if (precondition?.(state.seq) === false) throw new ServiceError("PRECONDITION_FAILED");
}
