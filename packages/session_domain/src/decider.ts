import type {
  EventToAppend,
  JsonObject,
  SessionManagerEndOutput,
  SessionManagerStartOutput,
} from "@session-ledger/session_contract";
import { SCHEMA_VERSION, SESSION_MANAGER_SOURCE } from "@session-ledger/session_contract";
import type { AppendMessage, Command, EndSession, StartSession } from "./commands.ts";
import { SessionRejected } from "./session_rejected.ts";
import { activeClaim, claimOf, type SessionState } from "./session_state.ts";

/** What a command is decided on. */
export interface DecisionState {
  /** The session that the command names; for a start, the initial state. */
  readonly session: SessionState;
  /** Whether the command's user has a session that is active or paused. */
  readonly user_has_active: boolean;
  /** Whether the message's `record_id` already stands in the session's log. */
  readonly record_id_used: boolean;
}

/**
 * Where fresh values come from. The decider draws one only once it has accepted the command, so a rejected
 * command leaves nothing generated.
 */
export interface Stamp {
  readonly session_id: () => string;
  readonly record_id: () => string;
  /** The present time, as the server writes it. */
  readonly timestamp: () => string;
}

/** The events that an accepted command causes, and the claim that is taken or freed with them. */
export interface Decision {
  readonly events: readonly EventToAppend[];
  readonly claim?: string;
  readonly release?: string;
}

/**
 * Decides a command. Rejections are checked in the order of DESIGN section 7 (unknown session, another user's,
 * then state), and the first that applies is thrown.
 * @throws SessionRejected (`SESSION_ALREADY_ACTIVE`, `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH`,
 *   `SESSION_ALREADY_ENDED`, `SESSION_ALREADY_CLOSED`, `SESSION_PAUSED`, `RECORD_ID_REUSED`)
 */
export function decide(command: Command, state: DecisionState, stamp: Stamp): Decision {
  switch (command.type) {
    case "start":
      return decideStart(command, state, stamp);
    case "end":
      return decideEnd(command, state, stamp);
    case "append":
      return decideAppend(command, state);
  }
}

function decideStart({ input, cause }: StartSession, state: DecisionState, stamp: Stamp): Decision {
  if (state.user_has_active) throw new SessionRejected("SESSION_ALREADY_ACTIVE");
  const timestamp = stamp.timestamp();
  const event: SessionManagerStartOutput = {
    schema_version: input.schema_version ?? SCHEMA_VERSION,
    record_id: stamp.record_id(),
    user_id: input.user_id,
    session_id: stamp.session_id(),
    timestamp,
    modality: input.modality ?? null,
    source: SESSION_MANAGER_SOURCE,
    performer_id: input.performer_id,
    start_time: timestamp,
    is_training_data: input.is_training_data ?? false,
    session_notes: input.session_notes ?? null,
    training_intent_label: input.training_intent_label ?? null,
  };
  return { events: [{ type: "session.started", cause, event }], claim: activeClaim(input.user_id) };
}

function decideEnd({ input, cause }: EndSession, { session }: DecisionState, stamp: Stamp): Decision {
  assertOwned(session, input.user_id);
  if (session.status === "stopped") throw new SessionRejected("SESSION_ALREADY_ENDED");
  const timestamp = stamp.timestamp();
  const event: SessionManagerEndOutput = {
    schema_version: input.schema_version ?? SCHEMA_VERSION,
    record_id: stamp.record_id(),
    user_id: input.user_id,
    session_id: input.session_id,
    timestamp,
    modality: input.modality ?? null,
    source: SESSION_MANAGER_SOURCE,
    performer_id: input.performer_id,
    end_time: timestamp,
  };
  const release = claimOf(session);
  const decision = { events: [{ type: "session.ended", cause, event }] };
  return release === undefined ? decision : { ...decision, release };
}

function decideAppend({ message }: AppendMessage, state: DecisionState): Decision {
  const { session } = state;
  assertOwned(session, message.user_id);
  if (session.status === "stopped") throw new SessionRejected("SESSION_ALREADY_CLOSED");
  if (session.status === "paused") throw new SessionRejected("SESSION_PAUSED");
  if (state.record_id_used) throw new SessionRejected("RECORD_ID_REUSED");
  return { events: [{ type: "message.appended", event: message as JsonObject }] };
}

function assertOwned(session: SessionState, user_id: string): void {
  if (session.status === "none" || session.status === "deleted") {
    throw new SessionRejected("SESSION_NOT_FOUND");
  }
  if (session.user_id !== user_id) throw new SessionRejected("SESSION_USER_MISMATCH");
}
