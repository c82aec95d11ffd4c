import type {
  A3CPMessage,
  Cause,
  Idempotency,
  SessionManagerDeleteInput,
  SessionManagerEndInput,
  SessionManagerPauseInput,
  SessionManagerResumeInput,
  SessionManagerStartInput,
} from "@session-ledger/session_contract";

/** What every command may carry: the client's own key of the request, which is recorded with the event. */
export interface Keyed {
  readonly idempotency?: Idempotency | undefined;
}

/** A request to start a session. */
export interface StartSession extends Keyed {
  readonly type: "start";
  readonly input: SessionManagerStartInput;
  readonly cause: Cause;
}

/** A request to end a session. */
export interface EndSession extends Keyed {
  readonly type: "end";
  readonly input: SessionManagerEndInput;
  readonly cause: Cause;
}

/** A request to pause a session. */
export interface PauseSession extends Keyed {
  readonly type: "pause";
  readonly input: SessionManagerPauseInput;
  readonly cause: Cause;
}

/** A request to resume a paused session. */
export interface ResumeSession extends Keyed {
  readonly type: "resume";
  readonly input: SessionManagerResumeInput;
  readonly cause: Cause;
}

/** A request to delete a session that has ended. */
export interface DeleteSession extends Keyed {
  readonly type: "delete";
  readonly input: SessionManagerDeleteInput;
  readonly cause: Cause;
}

/** A request to record a message in a session. */
export interface AppendMessage extends Keyed {
  readonly type: "append";
  readonly message: A3CPMessage;
  readonly cause?: Cause | undefined;
}

/** A request to move a session that there is from one state to another. */
export type MoveSession = EndSession | PauseSession | ResumeSession | DeleteSession;

/** A request to change a session. It may be rejected. */
export type Command = StartSession | MoveSession | AppendMessage;
