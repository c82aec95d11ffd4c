// One session, as OpenAPI shows it: the same ids run through every example.

const session_id = "sess_5f2c8a1d9e3b7046";
const user_id = "demo";
const performer_id = "carer-1";

const boundary = {
  schema_version: "1.0.1",
  user_id,
  session_id,
  modality: null,
  source: "session_manager",
  performer_id,
};

export const OPERATOR_TARGET = { session_id };

export const ARCHIVE_INPUT = { ended_before: "2026-11-21T09:50:00.000Z" };

export const OPERATOR_REPORT = { sessions: [{ user_id, session_id }], refused: [], complete: true };

export const START_INPUT = { user_id, performer_id, session_notes: "first visit" };

export const START_OUTPUT = {
  ...boundary,
  record_id: "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10",
  timestamp: "2026-11-21T09:30:00.123Z",
  start_time: "2026-11-21T09:30:00.123Z",
  is_training_data: false,
  session_notes: "first visit",
  training_intent_label: null,
};

export const END_INPUT = { user_id, session_id, performer_id };

export const END_OUTPUT = {
  ...boundary,
  record_id: "b7d4e0c6-2a95-4f38-8c61-5e0f9d7a3b24",
  timestamp: "2026-11-21T09:45:00.456Z",
  end_time: "2026-11-21T09:45:00.456Z",
};

export const PAUSE_INPUT = { user_id, session_id, performer_id, reason: "lunch" };

export const PAUSE_OUTPUT = {
  ...boundary,
  record_id: "5d1c7b90-4f1e-4a6b-8b1d-90c2e7a4f613",
  timestamp: "2026-11-21T09:35:00.789Z",
  reason: "lunch",
  pause_time: "2026-11-21T09:35:00.789Z",
};

export const RESUME_INPUT = { user_id, session_id, performer_id };

export const RESUME_OUTPUT = {
  ...boundary,
  record_id: "e9a3f2d4-71b6-4c0d-a2c5-6b8f1e0d9374",
  timestamp: "2026-11-21T09:40:00.012Z",
  reason: null,
  resume_time: "2026-11-21T09:40:00.012Z",
};

export const DELETE_INPUT = { user_id, session_id, performer_id };

export const DELETE_OUTPUT = {
  ...boundary,
  record_id: "3f7e2c18-b5d9-4e4a-9f60-c1a8d2b7e605",
  timestamp: "2026-11-21T10:00:00.345Z",
  reason: null,
  delete_time: "2026-11-21T10:00:00.345Z",
};

export const LOOKUP = {
  found: true,
  reason: "ok",
  session: {
    session_id,
    user_id,
    kind: "interaction",
    state: "active",
    seq: 1,
    started_at: START_OUTPUT.start_time,
    started_by: performer_id,
    paused_at: null,
    ended_at: null,
    ended_by: null,
    ended_through: null,
    deleted_at: null,
    deleted_by: null,
    archived_at: null,
    updated_at: "2026-11-21T09:30:00.124Z",
    imported: false,
  },
};

export const SESSION_PAGE = { sessions: [LOOKUP.session], next_cursor: null };

export const AUDIT = {
  audit: [
    {
      session_id,
      timestamp: "2026-11-21T09:30:00.124Z",
      old_state: null,
      new_state: "active",
      trigger: "user_action",
      actor: performer_id,
      reason: null,
    },
  ],
};

const START_LINE = {
  seq: 1,
  recorded_at: "2026-11-21T09:30:00.124Z",
  type: "session.started",
  cause: { trigger: "user_action" },
  event: START_OUTPUT,
  hash: "6b1f0c7a52d94e83a7c0d2e5f81b3a496b1f0c7a52d94e83a7c0d2e5f81b3a49",
};

export const EVENTS_PAGE = { events: [START_LINE], next_after: null };

export const EVENT_LINES = `${JSON.stringify(START_LINE)}\n`;

export const EVENT_STREAM = `id: 1\ndata: ${JSON.stringify(START_LINE)}\n\nevent: end\ndata: {"state":"stopped","seq":1}\n\n`;

export const VALIDATE_INPUT = { user_id, session_id };

export const VALIDITY = { status: "active" };

export const MESSAGE = {
  record_id: "4e1d7b90-83c2-4d5f-a6e8-1f3c5b7d9024",
  user_id,
  session_id,
  timestamp: "2026-11-21T09:31:00Z",
  modality: "gesture",
  source: "gesture_classifier",
  performer_id,
  classifier_output: { wave: 0.83, unknown: 0.17 },
};

export const RECEIPT = { record_id: MESSAGE.record_id, recorded_at: "2026-11-21T09:31:00.201Z" };
