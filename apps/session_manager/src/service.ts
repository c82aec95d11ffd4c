import {
  assertNoRawMedia,
  type Execution,
  type IdempotentRequests,
  type Outcome,
  retryOnConflict,
} from "@session-ledger/schema_recorder";
import {
  type A3CPMessage,
  type AppendReceipt,
  type JsonObject,
  type Line,
  type SessionManagerDeleteInput,
  type SessionManagerDeleteOutput,
  SessionManagerDeleteOutputSchema,
  type SessionManagerEndInput,
  type SessionManagerEndOutput,
  SessionManagerEndOutputSchema,
  type SessionManagerPauseInput,
  type SessionManagerPauseOutput,
  SessionManagerPauseOutputSchema,
  type SessionManagerResumeInput,
  type SessionManagerResumeOutput,
  SessionManagerResumeOutputSchema,
  type SessionManagerStartInput,
  type SessionManagerStartOutput,
  SessionManagerStartOutputSchema,
  type SessionManagerValidateInput,
  type SessionValidity,
  SYSTEM_PERFORMER_ID,
  toServerTime,
} from "@session-ledger/session_contract";
import {
  type AppendMessage,
  type Command,
  type Decision,
  type DecisionState,
  decide,
  EVENT_TYPES,
  INITIAL_STATE,
  isOpen,
  type MoveSession,
  type Stamp,
  type StartSession,
} from "@session-ledger/session_domain";
import type { z } from "zod";
import type { ActiveSession, ActiveSessions } from "./active_sessions.ts";
import { causeOf } from "./cause_of.ts";
import type { Clock } from "./clock.ts";
import type { CommandRequest } from "./command_request.ts";
import type { CreatingSessions } from "./creating_sessions.ts";
import type { IdGenerator } from "./idgen.ts";
import { KnownSessions } from "./known_sessions.ts";
import type { Lanes } from "./lanes.ts";
import { decisionState, type KnownSession, type PossibleOutcome, unknownSession } from "./models.ts";
import { outputEvent } from "./output_event.ts";
import { assertPrecondition } from "./precondition.ts";
import type { RecordIds } from "./record_ids.ts";
import type { SessionRepository } from "./repository.ts";
import { ServiceError } from "./service_error.ts";

/** How often a session id is drawn before the ids count as used up. */
const SESSION_ID_DRAWS_MAX = 8;

export interface SessionServiceOptions {
  readonly repository: SessionRepository;
  readonly active: ActiveSessions;
  readonly record_ids: RecordIds;
  readonly creating: CreatingSessions;
  readonly keys: IdempotentRequests;
  readonly ids: IdGenerator;
  readonly lanes: Lanes;
  readonly clock: Clock;
  /** Called after each commit, when a session may have become the first one due. */
  readonly onCommit: () => void;
}

/**
 * Carries commands out in the order of DESIGN section 4: lane, decision, output check, append, memory. Memory
 * changes only after the append is durable, so a command that fails leaves nothing behind.
 */
export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #stamp: Stamp;
  readonly #lanes: Lanes;
  readonly #known: KnownSessions;

  constructor(options: SessionServiceOptions) {
    this.#options = options;
    this.#lanes = options.lanes;
    this.#known = new KnownSessions(options);
    this.#stamp = {
      session_id: (kind, timestamp) => options.ids.sessionId(kind, timestamp),
      record_id: () => options.ids.recordId(),
      timestamp: () => toServerTime(options.clock.now()),
    };
  }

  /**
   * Starts a session.
   * @throws SessionRejected `SESSION_ALREADY_ACTIVE`
   * @throws ServiceError `EVENT_INVALID`, and RecorderError as `append` of the recorder does
   */
  start(
    input: SessionManagerStartInput,
    { principal, idempotency }: CommandRequest = {},
  ): Promise<Outcome<SessionManagerStartOutput>> {
    const command: StartSession = { type: "start", input, cause: causeOf(input, principal), idempotency };
    const { user_id } = input;
    return this.#once(command, {
      inTurn: (attempt) =>
        this.#lanes.inUserLane(user_id, () =>
          retryOnConflict(attempt, () => this.#known.catchUpUser(user_id)),
        ),
      attempt: () => this.#start(command),
      answerOf: ({ event }) => SessionManagerStartOutputSchema.parse(event),
    });
  }

  /**
   * Ends a session.
   * @throws SessionRejected `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH`, `SESSION_ALREADY_ENDED`
   * @throws ServiceError `PRECONDITION_FAILED`, `EVENT_INVALID`, and RecorderError as the recorder does
   */
  end(
    input: SessionManagerEndInput,
    request: CommandRequest = {},
  ): Promise<Outcome<SessionManagerEndOutput>> {
    return this.#move("end", input, SessionManagerEndOutputSchema, request);
  }

  /**
   * Pauses a session. Its user may start no other meanwhile.
   * @throws SessionRejected `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH`, `SESSION_ALREADY_CLOSED`,
   *   `ILLEGAL_TRANSITION`, and else as `end` does
   */
  pause(
    input: SessionManagerPauseInput,
    request: CommandRequest = {},
  ): Promise<Outcome<SessionManagerPauseOutput>> {
    return this.#move("pause", input, SessionManagerPauseOutputSchema, request);
  }

  /** Resumes a paused session. Throws as `pause` does. */
  resume(
    input: SessionManagerResumeInput,
    request: CommandRequest = {},
  ): Promise<Outcome<SessionManagerResumeOutput>> {
    return this.#move("resume", input, SessionManagerResumeOutputSchema, request);
  }

  /** Deletes a session that has ended: it is found no more, and its log stays. Throws as `pause` does. */
  delete(
    input: SessionManagerDeleteInput,
    request: CommandRequest = {},
  ): Promise<Outcome<SessionManagerDeleteOutput>> {
    return this.#move("delete", input, SessionManagerDeleteOutputSchema, request);
  }

  /** Whether a session of this user is open. It changes nothing and waits for nothing. */
  async validate(input: SessionManagerValidateInput): Promise<PossibleOutcome<SessionValidity>> {
    const { state } = await this.#known.find(input);
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
  async append(message: A3CPMessage, request: CommandRequest = {}): Promise<Outcome<AppendReceipt>> {
    assertNoRawMedia(message as JsonObject);
    const { principal, idempotency } = request;
    // A line without a key of its caller says nothing that the message does not say itself.
    const cause = principal === undefined ? undefined : causeOf(message, principal);
    const command: AppendMessage = { type: "append", message, cause, idempotency };
    return this.#once(command, {
      inTurn: (attempt) =>
        this.#lanes.inLogLane(message, () => retryOnConflict(attempt, () => this.#known.catchUpLog(message))),
      attempt: () => this.#append(command, request),
      answerOf: ({ recorded_at }) => ({ record_id: message.record_id, recorded_at }),
    });
  }

  /** Ends a session by the system, and says whether it did: not if something happened while this waited. */
  endIdle({ log, last_activity_ms }: ActiveSession): Promise<boolean> {
    const command: MoveSession = {
      type: "end",
      input: { user_id: log.user_id, session_id: log.session_id, performer_id: SYSTEM_PERFORMER_ID },
      cause: { trigger: "system_timeout" },
    };
    return this.#lanes.inBothLanes(log, async () => {
      if (this.#options.active.find(log)?.last_activity_ms !== last_activity_ms) return false;
      await retryOnConflict(
        () => this.#moveOnce(command, SessionManagerEndOutputSchema),
        () => this.#known.catchUpLog(log),
      );
      return true;
    });
  }

  /** Resolves when every command that was taken so far has ended. */
  async idle(): Promise<void> {
    await this.#lanes.idle();
  }

  async #start(command: StartSession): Promise<Outcome<SessionManagerStartOutput>> {
    const { active, creating } = this.#options;
    const { user_id } = command.input;
    const { decision, answer } = await this.#decideStart(command, {
      session: INITIAL_STATE,
      user_has_active: active.ofUser(user_id) !== undefined,
      record_id_used: false,
    });
    const { session_id, timestamp } = answer;
    const session = unknownSession({ user_id, session_id });
    const creation = { log: session.log, event: decision.events[0]!, timestamp };
    const { seq } = await creating.during(creation, () => this.#commit(session, decision));
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

  #move<Type extends MoveSession["type"], Schema extends z.ZodType>(
    type: Type,
    input: Extract<MoveSession, { readonly type: Type }>["input"],
    schema: Schema,
    request: CommandRequest,
  ): Promise<Outcome<z.output<Schema>>> {
    const { principal, idempotency } = request;
    const command = { type, input, cause: causeOf(input, principal), idempotency } as MoveSession;
    return this.#once(command, {
      inTurn: (attempt) =>
        this.#lanes.inBothLanes(input, () => retryOnConflict(attempt, () => this.#known.catchUpLog(input))),
      attempt: () => this.#moveOnce(command, schema, request),
      answerOf: ({ event }) => schema.parse(event),
    });
  }

  async #moveOnce<Schema extends z.ZodType>(
    command: MoveSession,
    schema: Schema,
    { only_user, precondition }: CommandRequest = {},
  ): Promise<Outcome<z.output<Schema>>> {
    const session = await this.#known.find(command.input, only_user);
    const decision = decide(command, decisionState(session), this.#stamp);
    assertPrecondition(session, precondition);
    const answer = outputEvent(schema, decision);
    const { seq } = await this.#commit(session, decision);
    return { answer, seq };
  }

  async #append(
    command: AppendMessage,
    { only_user, precondition }: CommandRequest,
  ): Promise<Outcome<AppendReceipt>> {
    const { record_id } = command.message;
    const session = await this.#known.find(command.message, only_user);
    const record_id_used = await this.#options.record_ids.hasThatOf(command.message, session);
    const decision = decide(command, decisionState(session, record_id_used), this.#stamp);
    assertPrecondition(session, precondition);
    const { seq, recorded_at } = await this.#commit(session, decision);
    return { answer: { record_id, recorded_at }, seq };
  }

  #once<Answer>(
    { type, cause, idempotency }: Command,
    execution: Execution<Answer>,
  ): Promise<Outcome<Answer>> {
    const request = { principal: cause?.principal, type: EVENT_TYPES[type] };
    return this.#options.keys.once(request, idempotency, execution);
  }

  /** Records what was decided, then moves memory on. Gives the last line. */
  async #commit(session: KnownSession, { events, ...claims }: Decision): Promise<Line> {
    const { repository, active, record_ids, clock, onCommit } = this.#options;
    const lines = await repository.append(session.log, events, {
      expected_seq: session.state.seq,
      ...claims,
    });
    record_ids.advance(active.advance(session, lines, clock.monotonic()), lines);
    onCommit();
    return lines.at(-1)!;
  }
}
