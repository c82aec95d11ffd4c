import {
  type JsonObject,
  type LifecycleState,
  SCHEMA_VERSION,
  SESSION_MANAGER_SOURCE,
} from "@session-ledger/session_contract";
import type { DeleteSession, MoveSession, PauseSession, ResumeSession } from "./commands.ts";
import type { Decision, DecisionState, Stamp } from "./decision.ts";
import { EVENT_TYPES } from "./event_types.ts";
import { assertFound } from "./not_found.ts";
import { SessionRejected } from "./session_rejected.ts";
import { claimOf, type SessionState, type SessionStatus } from "./session_state.ts";

interface Move {
  readonly from: LifecycleState;
  readonly to: LifecycleState;
  /** The event's field that says when it happened. */
  readonly time_field: string;
}

const MOVES: Record<(PauseSession | ResumeSession | DeleteSession)["type"], Move> = {
  pause: { from: "active", to: "paused", time_field: "pause_time" },
  resume: { from: "paused", to: "active", time_field: "resume_time" },
  delete: { from: "stopped", to: "deleted", time_field: "delete_time" },
};

/** Decides on a move of a session, and throws as `decide` does. */
export function decideMove(command: MoveSession, state: DecisionState, stamp: Stamp): Decision {
  const { session, archived_at } = state;
  assertOwned(session, archived_at, command.input.user_id);
  return command.type === "end" ? decideEnd(command, session, stamp) : decideOther(command, session, stamp);
}

/** @throws SessionRejected `SESSION_NOT_FOUND`, `SESSION_USER_MISMATCH` */
export function assertOwned(session: SessionState, archived_at: string | undefined, user_id: string): void {
  assertFound(session, archived_at);
  if (session.user_id !== user_id) throw new SessionRejected("SESSION_USER_MISMATCH");
}

function decideEnd(command: MoveSession, session: SessionState, stamp: Stamp): Decision {
  if (session.status === "stopped") throw new SessionRejected("SESSION_ALREADY_ENDED");
  const fields = eventFields(command, stamp);
  const event = { ...fields, end_time: fields.timestamp };
  const decision = { events: [{ type: EVENT_TYPES.end, cause: command.cause, event }] };
  const release = claimOf(session);
  return release === undefined ? decision : { ...decision, release };
}

function decideOther(
  command: PauseSession | ResumeSession | DeleteSession,
  session: SessionState,
  stamp: Stamp,
): Decision {
  const { from, to, time_field } = MOVES[command.type];
  if (session.status !== from) throw refusal(session.status, to);
  const fields = eventFields(command, stamp);
  const event: JsonObject = {
    ...fields,
    reason: command.input.reason ?? null,
    [time_field]: fields.timestamp,
  };
  return { events: [{ type: EVENT_TYPES[command.type], cause: command.cause, event }] };
}

function eventFields({ input }: MoveSession, stamp: Stamp) {
  return {
    schema_version: input.schema_version ?? SCHEMA_VERSION,
    record_id: stamp.record_id(),
    user_id: input.user_id,
    session_id: input.session_id,
    timestamp: stamp.timestamp(),
    modality: input.modality ?? null,
    source: SESSION_MANAGER_SOURCE,
    performer_id: input.performer_id,
  };
}

/** A stopped session is closed to everything but its deletion. */
function refusal(old_state: SessionStatus, new_state: LifecycleState): SessionRejected {
  if (old_state === "none" || old_state === "stopped") return new SessionRejected("SESSION_ALREADY_CLOSED");
  return new SessionRejected("ILLEGAL_TRANSITION", `${old_state} to ${new_state}`, {
    detail: `A session that is ${old_state} cannot become ${new_state}.`,
    members: { old_state, new_state },
  });
}
