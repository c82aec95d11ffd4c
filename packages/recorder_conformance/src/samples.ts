// The logs and events that the suite records. They are made afresh for each call, yet the same in every run.
import type { LogName } from "@session-ledger/schema_recorder";
import type {
  EventToAppend,
  JsonObject,
  SessionManagerEndOutput,
  SessionManagerStartOutput,
} from "@session-ledger/session_contract";

export const ALICE: LogName = { user_id: "alice", session_id: "sess_00000000000000a1" };
export const BOB: LogName = { user_id: "bob", session_id: "sess_00000000000000b1" };

const TIMESTAMP = "2026-11-21T09:30:00.000Z";

/** A log of `user_id` that no other `number` names. */
export function logOf(user_id: string, number: number): LogName {
  return { user_id, session_id: `sess_${number.toString(16).padStart(16, "0")}` };
}

/** A random-looking UUIDv4. */
export function recordId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** An event that changes no state, told from others by its number. */
export function note(number: number): EventToAppend {
  return { type: "message.created", event: { record_id: recordId(number), number } };
}

export function notes(count: number): readonly EventToAppend[] {
  return Array.from({ length: count }, (_, index) => note(index + 1));
}

/** An event of a type whose content the recorder knows nothing of. */
export function holding(event: JsonObject): EventToAppend {
  return { type: "message.created", event };
}

export function start(log: LogName): EventToAppend {
  const event: SessionManagerStartOutput = {
    ...boundary(log, 1),
    start_time: TIMESTAMP,
    is_training_data: false,
    session_notes: null,
    training_intent_label: null,
  };
  return { type: "session.started", cause: { trigger: "user_action" }, event };
}

export function end(log: LogName): EventToAppend {
  const event: SessionManagerEndOutput = { ...boundary(log, 2), end_time: TIMESTAMP };
  return { type: "session.ended", cause: { trigger: "user_action" }, event };
}

function boundary({ user_id, session_id }: LogName, number: number) {
  return {
    schema_version: "1.0.1",
    record_id: recordId(number),
    user_id,
    session_id,
    timestamp: TIMESTAMP,
    modality: null,
    source: "session_manager" as const,
    performer_id: user_id,
  };
}
