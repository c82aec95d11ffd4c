import type {
  A3CPMessage,
  Cause,
  SessionManagerEndInput,
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

/** A request to record a message in a session. */
export interface AppendMessage {
  readonly type: "append";
  readonly message: A3CPMessage;
}

/** A request to change a session. It may be rejected. */
export type Command = StartSession | EndSession | AppendMessage;
