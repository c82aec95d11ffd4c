import type {
  A3CPMessage,
  Cause,
  SessionManagerDeleteInput,
  SessionManagerEndInput,
  SessionManagerPauseInput,
  SessionManagerResumeInput,
  SessionManagerStartInput,
} from "@session-ledger/session_contract";

/** A request to start a session. */
export interface StartSession {
  readonly type: "start";
  readonly input: SessionManagerStartInput;
  readonly cause: Cause;
}

/** A request to end a session. */
export interface EndSession {
  readonly type: "end";
  readonly input: SessionManagerEndInput;
  readonly cause: Cause;
}

/** A request to pause a session. */
export interface PauseSession {
  readonly type: "pause";
  readonly input: SessionManagerPauseInput;
  readonly cause: Cause;
}

/** A request to resume a paused session. */
export interface ResumeSession {
  readonly type: "resume";
  readonly input: SessionManagerResumeInput;
  readonly cause: Cause;
}

/** A request to delete a session that has ended. */
export interface DeleteSession {
  readonly type: "delete";
  readonly input: SessionManagerDeleteInput;
  readonly cause: Cause;
}

/** A request to record a message in a session. */
export interface AppendMessage {
  readonly type: "append";
  readonly message: A3CPMessage;
}

/** A request to move a session that there is from one state to another. */
export type MoveSession = EndSession | PauseSession | ResumeSession | DeleteSession;

/** A request to change a session. It may be rejected. */
export type Command = StartSession | MoveSession | AppendMessage;
