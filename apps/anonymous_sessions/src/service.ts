import { randomUUID } from "node:crypto";
import {
  faultError,
  findSessions,
  IdempotentRequests,
  type LogName,
  type Outcome,
  type Recorder,
  RecorderError,
  type SessionEntry,
} from "@session-ledger/schema_recorder";
import {
  type AnonymousSession,
  type AnonymousStartedEvent,
  AnonymousStartedEventSchema,
  type Idempotency,
  LedgerError,
  toServerTime,
} from "@session-ledger/session_contract";
import { EVENT_TYPES, SessionRejected } from "@session-ledger/session_domain";

const KIND = "anonymous";

/** Owns every anonymous session. No client can name it. */
const OWNER = "_anonymous";

/** Where the operator is told what happened to which session, and no more. A pino logger is one. */
export interface OperatorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface AnonymousSessionServiceOptions {
  readonly recorder: Recorder;
  readonly clock: () => number;
  readonly log: OperatorLog;
}

/** Whether the session, at the `seq` where it stands, is the one that the client means. */
type Precondition = (seq: number) => boolean;

/**
 * Sessions that name no one. Each is a log of one line, and what there is to know of it stands in the recorder's
 * catalog, so nothing is folded to answer, and nothing is kept here.
 */
export class AnonymousSessionService {
  readonly #options: AnonymousSessionServiceOptions;
  readonly #requests: IdempotentRequests;

  constructor(options: AnonymousSessionServiceOptions) {
    this.#options = options;
    this.#requests = new IdempotentRequests(options.recorder);
  }

  /**
   * Makes a session. A key is recorded with it and goes with it: once the session is deleted, nothing remembers the key.
   * @throws RecorderError `IDEMPOTENCY_KEY_IN_FLIGHT`, `IDEMPOTENCY_KEY_REUSED`, and as `append` does
   */
  create(idempotency?: Idempotency): Promise<Outcome<AnonymousSession>> {
    const request = { type: EVENT_TYPES.start, path: { kind: KIND, user_id: OWNER } } as const;
    return this.#requests.once(request, idempotency, {
      inTurn: (attempt) => attempt(),
      attempt: () => this.#create(idempotency),
      answerOf: ({ event }) => toSession(AnonymousStartedEventSchema.parse(event)),
    });
  }

  /**
   * @throws SessionRejected `SESSION_NOT_FOUND`
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED`, `STORE_UNAVAILABLE`
   */
  async find(session_id: string): Promise<Outcome<AnonymousSession>> {
    const { state, fault } = await this.#entry(session_id);
    if (fault !== undefined) throw faultError(fault);
    return { answer: { session_id, created_at: state.started_at! }, seq: state.seq };
  }

  /**
   * Erases a session, whatever state its log is in. Of several at once one succeeds.
   * @throws SessionRejected `SESSION_NOT_FOUND`, `PRECONDITION_FAILED`, and RecorderError as `erase` does
   */
  async delete(session_id: string, precondition?: Precondition): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#erase(session_id, precondition);
    } catch (error) {
      const code = error instanceof LedgerError ? error.code : "INTERNAL_ERROR";
      log.warn({ session_id, code }, "an anonymous session was not deleted");
      throw error;
    }
    log.info({ session_id }, "an anonymous session was deleted");
  }

  async #create(idempotency: Idempotency | undefined): Promise<Outcome<AnonymousSession>> {
    const { recorder, clock, log } = this.#options;
    const event: AnonymousStartedEvent = {
      record_id: randomUUID(),
      session_id: randomUUID(),
      start_time: toServerTime(clock()),
    };
    const { session_id } = event;
    const started = {
      type: EVENT_TYPES.start,
      kind: KIND,
      cause: { trigger: "api_call" },
      ...(idempotency !== undefined && { idempotency }),
      event,
    } as const;
    await recorder.append(nameOf(session_id), [started], { expected_seq: 0 });
    log.info({ session_id }, "an anonymous session was created");
    return { answer: toSession(event), seq: 1 };
  }

  async #erase(session_id: string, precondition: Precondition | undefined): Promise<void> {
    const { state } = await this.#entry(session_id);
    if (precondition?.(state.seq) === false) throw new SessionRejected("PRECONDITION_FAILED");
    try {
      await this.#options.recorder.erase(nameOf(session_id));
    } catch (error) {
      // Another request for the same was faster.
      if (error instanceof RecorderError && error.code === "LOG_NOT_FOUND") throw notFound();
      throw error;
    }
  }

  async #entry(session_id: string): Promise<SessionEntry> {
    const entries = await findSessions(this.#options.recorder, session_id);
    const entry = entries.find(({ log }) => log.user_id === OWNER);
    if (entry === undefined) throw notFound();
    return entry;
  }
}

function nameOf(session_id: string): LogName {
  return { user_id: OWNER, session_id };
}

function toSession({ session_id, start_time }: AnonymousStartedEvent): AnonymousSession {
  return { session_id, created_at: start_time };
}

/** It never says why: that there was such a session is itself something to know about who had it. */
function notFound(): SessionRejected {
  return new SessionRejected("SESSION_NOT_FOUND", undefined, { detail: "There is no such session." });
}
