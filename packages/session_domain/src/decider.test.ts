import {
  type ErrorCode,
  type RecordedEvent,
  SessionManagerDeleteOutputSchema,
  SessionManagerEndOutputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeOutputSchema,
  SessionManagerStartOutputSchema,
} from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { AppendMessage, Command, EndSession, MoveSession, StartSession } from "./commands.ts";
import { decide } from "./decider.ts";
import type { Decision, DecisionState } from "./decision.ts";
import { SessionRejected } from "./session_rejected.ts";
import { fold } from "./session_state.ts";
import { CAUSE, CountingStamp, frozen, uuid } from "./test_ledger.ts";

const RECORDED_AT = "2026-11-21T09:30:00.000Z";
const STARTED = { user_id: "mira", session_id: "sess_1", performer_id: "carer", start_time: RECORDED_AT };

const start = (input: Partial<StartSession["input"]> = {}): StartSession => ({
  type: "start",
  input: { user_id: "mira", performer_id: "carer", ...input },
  cause: CAUSE,
});
const end = (input: Partial<EndSession["input"]> = {}): EndSession => ({
  type: "end",
  input: { user_id: "mira", session_id: "sess_1", performer_id: "carer", ...input },
  cause: CAUSE,
});
const move = (
  type: Exclude<MoveSession["type"], "end">,
  input: Partial<MoveSession["input"]> = {},
): MoveSession => ({
  type,
  input: { user_id: "mira", session_id: "sess_1", performer_id: "carer", ...input },
  cause: CAUSE,
});
const append = (message: Partial<AppendMessage["message"]> = {}): AppendMessage => ({
  type: "append",
  message: {
    record_id: uuid(7),
    user_id: "mira",
    session_id: "sess_1",
    timestamp: "2026-03-15T09:30:00Z",
    source: "classifier",
    performer_id: "system",
    ...message,
  },
});

/** A log by the types of its events. */
function log(...types: string[]): RecordedEvent[] {
  return types.map((type, at) => ({
    seq: at + 1,
    recorded_at: RECORDED_AT,
    type,
    event: type === "session.started" ? STARTED : {},
  }));
}

const ACTIVE = log("session.started");
const PAUSED = log("session.started", "session.paused");
const STOPPED = log("session.started", "session.ended");
const DELETED = log("session.started", "session.ended", "session.deleted");
const NONE = log();

type Around = Partial<Omit<DecisionState, "session">>;

/** given a log (and what is known around it), when a command comes, then... */
function given(lines: readonly RecordedEvent[], around: Around = {}) {
  const session = fold(lines);
  const state = frozen({ session, user_has_active: false, record_id_used: false, ...around });
  return {
    when(command: Command) {
      const stamp = new CountingStamp();
      const run = (): Decision => decide(frozen(command), state, stamp);
      return {
        thenAccepted: (check: (decision: Decision) => void): void => check(run()),
        thenRejected(code: ErrorCode): void {
          expect(run).toThrow(SessionRejected);
          expect(run).toThrow(expect.objectContaining({ code }));
          expect(stamp.draws).toBe(0);
        },
      };
    },
  };
}

describe("start", () => {
  test("takes the user's claim, and fills in what was left out", () => {
    given(NONE)
      .when(start())
      .thenAccepted(({ events, claim, release }) => {
        expect(claim).toBe("active:mira");
        expect(release).toBeUndefined();
        expect(events).toHaveLength(1);
        expect(events[0]).toMatchObject({ type: "session.started", cause: CAUSE });
        expect(SessionManagerStartOutputSchema.parse(events[0]?.event)).toMatchObject({
          schema_version: "1.0.1",
          user_id: "mira",
          performer_id: "carer",
          source: "session_manager",
          modality: null,
          is_training_data: false,
          session_notes: null,
          training_intent_label: null,
        });
      });
  });

  test("keeps what was given, except the record_id, which is the client's own", () => {
    const given_fields = {
      schema_version: "2.0.0",
      modality: "gesture",
      performer_id: " carer 01 ",
      is_training_data: true,
      session_notes: "",
      training_intent_label: "help",
    } as const;
    given(NONE)
      .when(start({ ...given_fields, record_id: uuid(5) }))
      .thenAccepted(({ events }) => {
        expect(events[0]?.event).toMatchObject(given_fields);
        expect(events[0]?.event["record_id"]).not.toBe(uuid(5));
      });
  });

  test("has one time: start_time is the timestamp", () => {
    given(NONE)
      .when(start())
      .thenAccepted(({ events }) =>
        expect(events[0]?.event["start_time"]).toBe(events[0]?.event["timestamp"]),
      );
  });

  test("of an execution says so on the line, and that of an interaction does not", () => {
    const ids: string[] = [];
    for (const kind of ["execution", "interaction", null] as const) {
      given(NONE)
        .when(start({ kind }))
        .thenAccepted(({ events, claim }) => {
          expect(claim).toBe("active:mira");
          expect(events[0]?.kind).toBe(kind === "execution" ? "execution" : undefined);
          expect(events[0]).not.toHaveProperty("event.kind");
          ids.push(String(events[0]?.event["session_id"]).slice(0, 5));
        });
    }
    expect(ids).toEqual(["exec_", "sess_", "sess_"]);
  });

  test("is rejected while the user has a session that is active or paused", () => {
    given(NONE, { user_has_active: true }).when(start()).thenRejected("SESSION_ALREADY_ACTIVE");
  });
});

describe("end", () => {
  test.each([
    ["active", ACTIVE],
    ["paused", PAUSED],
  ])("ends a session that is %s, and frees the user's claim", (_, lines) => {
    given(lines)
      .when(end({ performer_id: "system", record_id: uuid(5) }))
      .thenAccepted(({ events, claim, release }) => {
        expect(release).toBe("active:mira");
        expect(claim).toBeUndefined();
        expect(events).toHaveLength(1);
        expect(events[0]).toMatchObject({ type: "session.ended", cause: CAUSE });
        const event = SessionManagerEndOutputSchema.parse(events[0]?.event);
        expect(event).toMatchObject({ user_id: "mira", session_id: "sess_1", performer_id: "system" });
        expect(event.end_time).toBe(event.timestamp);
        expect(event.record_id).not.toBe(uuid(5));
      });
  });

  test("of a session that holds no claim frees none", () => {
    const imported = { recorded_at: RECORDED_AT, source_line: 1 };
    given(ACTIVE.map((line) => ({ ...line, imported })))
      .when(end())
      .thenAccepted((decision) => expect(decision).not.toHaveProperty("release"));
  });
});

describe("pause, resume and delete", () => {
  const schemas = {
    pause: SessionManagerPauseOutputSchema,
    resume: SessionManagerResumeOutputSchema,
    delete: SessionManagerDeleteOutputSchema,
  };
  test.each([
    ["pause", ACTIVE, "session.paused", "pause_time"],
    ["resume", PAUSED, "session.resumed", "resume_time"],
    ["delete", STOPPED, "session.deleted", "delete_time"],
  ] as const)("%s records who, when and why, and leaves claims alone", (type, lines, event_type, time) => {
    given(lines)
      .when(move(type, { reason: "lunch", record_id: uuid(5), modality: "speech" }))
      .thenAccepted((decision) => {
        expect(Object.keys(decision)).toEqual(["events"]);
        expect(decision.events).toHaveLength(1);
        expect(decision.events[0]).toMatchObject({ type: event_type, cause: CAUSE });
        const event: Record<string, unknown> = schemas[type].parse(decision.events[0]?.event);
        expect(event).toMatchObject({ session_id: "sess_1", performer_id: "carer", reason: "lunch" });
        expect(event["modality"]).toBe("speech");
        expect(event[time]).toBe(event["timestamp"]);
        expect(event["record_id"]).not.toBe(uuid(5));
      });
    given(lines)
      .when(move(type))
      .thenAccepted(({ events }) => expect(events[0]?.event["reason"]).toBeNull());
  });

  test.each([
    ["pause", PAUSED, "paused", "paused"],
    ["resume", ACTIVE, "active", "active"],
    ["delete", ACTIVE, "active", "deleted"],
    ["delete", PAUSED, "paused", "deleted"],
  ] as const)(
    "%s of a session that cannot go there names both states",
    (type, lines, old_state, new_state) => {
      const state = { session: fold(lines), user_has_active: false, record_id_used: false };
      expect(() => decide(move(type), state, new CountingStamp())).toThrow(
        expect.objectContaining({ code: "ILLEGAL_TRANSITION", members: { old_state, new_state } }),
      );
    },
  );
});

describe("a session that is not found says why", () => {
  const at = (session: typeof NONE, archived_at?: string) => ({
    session: fold(session),
    archived_at,
    user_has_active: false,
    record_id_used: false,
  });
  const archived_at = "2026-11-22T00:00:00.000Z";
  const deleted = { reason: "not_found_deleted", deleted_at: RECORDED_AT };
  test.each([
    ["never was", at(NONE), { reason: "not_found_never_existed" }],
    ["was deleted", at(DELETED), deleted],
    ["was archived", at(STOPPED, archived_at), { reason: "not_found_archived", archived_at }],
    ["was deleted, then archived", at(DELETED, archived_at), deleted],
  ])("%s", (_, state, members) => {
    for (const command of [end(), move("pause"), move("resume"), move("delete"), append()]) {
      expect(() => decide(command, state, new CountingStamp())).toThrow(
        expect.objectContaining({
          code: "SESSION_NOT_FOUND",
          members: expect.objectContaining({ found: false, ...members }),
        }),
      );
    }
  });
});

describe("append", () => {
  test("records the message unchanged, with its own record_id, and leaves claims alone", () => {
    const command = append({ text: "e\u0301 \u0000", capture_id: null });
    given(ACTIVE)
      .when(command)
      .thenAccepted((decision) => {
        expect(decision).toEqual({ events: [{ type: "message.appended", event: command.message }] });
      });
  });
});

describe("rejections come in the order of the design: unknown, another user's, state, record_id", () => {
  const other = { user_id: "jonas" };
  const used = { record_id_used: true };
  test.each<[string, RecordedEvent[], Command, Around, ErrorCode]>([
    ["end of an unknown session", NONE, end(), {}, "SESSION_NOT_FOUND"],
    ["end of a deleted session", DELETED, end(), {}, "SESSION_NOT_FOUND"],
    ["end of another user's deleted session", DELETED, end(other), {}, "SESSION_NOT_FOUND"],
    ["end of another user's session", ACTIVE, end(other), {}, "SESSION_USER_MISMATCH"],
    ["end of another user's stopped session", STOPPED, end(other), {}, "SESSION_USER_MISMATCH"],
    ["end of a stopped session", STOPPED, end(), {}, "SESSION_ALREADY_ENDED"],
    ["pause of an unknown session", NONE, move("pause"), {}, "SESSION_NOT_FOUND"],
    ["resume of another user's deleted session", DELETED, move("resume", other), {}, "SESSION_NOT_FOUND"],
    ["delete of a deleted session", DELETED, move("delete"), {}, "SESSION_NOT_FOUND"],
    ["pause of another user's paused session", PAUSED, move("pause", other), {}, "SESSION_USER_MISMATCH"],
    ["delete of another user's session", ACTIVE, move("delete", other), {}, "SESSION_USER_MISMATCH"],
    ["pause of a stopped session", STOPPED, move("pause"), {}, "SESSION_ALREADY_CLOSED"],
    ["resume of a stopped session", STOPPED, move("resume"), {}, "SESSION_ALREADY_CLOSED"],
    ["append to an unknown session", NONE, append(), used, "SESSION_NOT_FOUND"],
    ["append to a deleted session", DELETED, append(), used, "SESSION_NOT_FOUND"],
    ["append to another user's deleted session", DELETED, append(other), used, "SESSION_NOT_FOUND"],
    ["append to another user's session", ACTIVE, append(other), used, "SESSION_USER_MISMATCH"],
    ["append to another user's paused session", PAUSED, append(other), used, "SESSION_USER_MISMATCH"],
    ["append to a stopped session", STOPPED, append(), used, "SESSION_ALREADY_CLOSED"],
    ["append to a paused session", PAUSED, append(), used, "SESSION_PAUSED"],
    ["append of a record_id for the second time", ACTIVE, append(), used, "RECORD_ID_REUSED"],
  ])("%s", (_, lines, command, around, code) => {
    given(lines, around).when(command).thenRejected(code);
  });
});
