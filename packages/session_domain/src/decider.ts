import type { JsonObject, SessionManagerStartOutput } from "@session-ledger/session_contract";
import { SCHEMA_VERSION, SESSION_MANAGER_SOURCE } from "@session-ledger/session_contract";
import type { AppendMessage, Command, StartSession } from "./commands.ts";
import type { Decision, DecisionState, Stamp } from "./decision.ts";
import { EVENT_TYPES } from "./event_types.ts";
import { assertOwned, decideMove } from "./moves.ts";
import { SessionRejected } from "./session_rejected.ts";
import { activeClaim } from "./session_state.ts";

/**
 * Decides a command. Rejections are checked in the order of DESIGN section 7 (unknown session, another user's,
 * then state), and the first that applies is thrown.
 * @throws SessionRejected (`SESSION_ALREADY_ACTIVE`, `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH`,
 *   `SESSION_ALREADY_ENDED`, `SESSION_ALREADY_CLOSED`, `SESSION_PAUSED`, `ILLEGAL_TRANSITION`, `RECORD_ID_REUSED`)
 */
export function decide(command: Command, state: DecisionState, stamp: Stamp): Decision {
  const decision = decideUnkeyed(command, state, stamp);
  const { idempotency } = command;
  if (idempotency === undefined) return decision;
  // The first event is the answer; a key that stood on two lines would have two answers.
  const [answer, ...more] = decision.events;
  return { ...decision, events: [{ ...answer!, idempotency }, ...more] };
}

function decideUnkeyed(command: Command, state: DecisionState, stamp: Stamp): Decision {
  switch (command.type) {
    case "start":
      return decideStart(command, state, stamp);
    case "append":
      return decideAppend(command, state);
    default:
      return decideMove(command, state, stamp);
  }
}

function decideStart({ input, cause }: StartSession, state: DecisionState, stamp: Stamp): Decision {
  if (state.user_has_active) throw new SessionRejected("SESSION_ALREADY_ACTIVE");
  const kind = input.kind ?? "interaction";
  const timestamp = stamp.timestamp();
  const event: SessionManagerStartOutput = {
    schema_version: input.schema_version ?? SCHEMA_VERSION,
    record_id: stamp.record_id(),
    user_id: input.user_id,
    session_id: stamp.session_id(kind, timestamp),
    timestamp,
    modality: input.modality ?? null,
    source: SESSION_MANAGER_SOURCE,
    performer_id: input.performer_id,
    start_time: timestamp,
    is_training_data: input.is_training_data ?? false,
    session_notes: input.session_notes ?? null,
    training_intent_label: input.training_intent_label ?? null,
  };
  // A first line without a kind is an interaction's.
  const line_kind = kind === "interaction" ? {} : { kind };
  return {
    events: [{ type: EVENT_TYPES.start, ...line_kind, cause, event }],
    claim: activeClaim(input.user_id),
  };
}

function decideAppend({ message, cause }: AppendMessage, state: DecisionState): Decision {
  const { session } = state;
  assertOwned(session, state.archived_at, message.user_id);
  if (session.status === "stopped") throw new SessionRejected("SESSION_ALREADY_CLOSED");
  if (session.status === "paused") throw new SessionRejected("SESSION_PAUSED");
  if (state.record_id_used) throw new SessionRejected("RECORD_ID_REUSED");
  const event = message as JsonObject;
  return { events: [{ type: EVENT_TYPES.append, ...(cause !== undefined && { cause }), event }] };
}
