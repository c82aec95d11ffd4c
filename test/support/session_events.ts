import { randomUUID } from "node:crypto";
import type { LogName } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";

const TIME = "2026-11-21T09:30:00.123Z";

function boundaryFields(log: LogName) {
  return {
    schema_version: "1.0.1",
    record_id: randomUUID(),
    ...log,
    timestamp: TIME,
    modality: null,
    source: "session_manager",
    performer_id: "carer01",
  };
}

/** A start as the session manager records it. */
export function startedEvent(log: LogName): EventToAppend {
  return {
    type: "session.started",
    cause: { trigger: "user_action" },
    event: {
      ...boundaryFields(log),
      start_time: TIME,
      is_training_data: false,
      session_notes: null,
      training_intent_label: null,
    },
  };
}

/** An end as the session manager records it. */
export function endedEvent(log: LogName): EventToAppend {
  return {
    type: "session.ended",
    cause: { trigger: "user_action" },
    event: { ...boundaryFields(log), end_time: TIME },
  };
}

/** A message of a module, with anything else it is to hold. */
export function messageEvent(log: LogName, more: Record<string, string | number> = {}): EventToAppend {
  return {
    type: "message.appended",
    event: { ...boundaryFields(log), source: "speech_transcriber", ...more },
  };
}
