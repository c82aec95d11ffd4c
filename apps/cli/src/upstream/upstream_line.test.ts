import type { JsonObject } from "@session-ledger/session_contract";
import type { SessionStatus } from "@session-ledger/session_domain";
import { expect, test } from "vitest";
import { Unmappable } from "../unmappable.ts";
import { eventBytes, mapUpstreamLine } from "./upstream_line.ts";

const log = { user_id: "u1", session_id: "sess_0000000000000001" };
const recorded_at = "2026-11-21T08:36:09.196Z";
const boundary = {
  schema_version: "1.0.1",
  record_id: "72245cf1-01d7-4868-a55a-1f761de959db",
  ...log,
  timestamp: "2026-11-21T08:36:09.196000Z",
  modality: null,
  source: "session_manager",
  performer_id: "carer02",
};
const start = {
  ...boundary,
  start_time: "2026-11-21T08:36:09Z",
  is_training_data: false,
  session_notes: null,
  training_intent_label: null,
};
const end = { ...boundary, end_time: "2026-03-15T09:30:00Z" };
const message = {
  ...boundary,
  source: "speech_transcriber",
  text: "möchte \u0000 raus\u2028",
  start_time: "later",
};

function map(event: JsonObject, status: SessionStatus) {
  return mapBytes(Buffer.from(JSON.stringify({ recorded_at, event })), status);
}

function mapBytes(bytes: Buffer, status: SessionStatus = "active") {
  return mapUpstreamLine({ number: 3, bytes }, log, status);
}

test("the type follows from the event and from what came before it", () => {
  const types = (status: SessionStatus) => [start, message, end].map((event) => map(event, status).type);
  expect(map(start, "none").type).toBe("session.started");
  expect(types("active")).toEqual(["session.start_repeated", "message.appended", "session.ended"]);
  expect(types("stopped")).toEqual([
    "session.start_repeated",
    "message.appended_late",
    "message.appended_late",
  ]);
});

test("the event stays as it is, and says where it stood", () => {
  expect(map(message, "active")).toEqual({
    type: "message.appended",
    cause: { trigger: "import" },
    imported: { recorded_at, source_line: 3 },
    event: message,
  });
});

const refused: [string, () => unknown, RegExp][] = [
  ["a message before the start", () => map(message, "none"), /first line is not a session's start/],
  [
    "another user's event",
    () => map({ ...message, user_id: "u2" }, "active"),
    /user_id is not that of the path/,
  ],
  ["another session's event", () => map({ ...end, session_id: "s2" }, "active"), /session_id is not that/],
  [
    "seven fraction digits",
    () => map({ ...end, end_time: "2026-03-15T09:30:00.1234567Z" }, "active"),
    /end_time/,
  ],
  ["an inexact number", () => mapBytes(withText("1e999")), /finite/],
  ["a __proto__ key", () => mapBytes(withText('{"__proto__":1}')), /__proto__/],
  ["nesting that is too deep", () => mapBytes(withText("[".repeat(70) + "]".repeat(70))), /64 levels/],
  ["text that is not JSON", () => mapBytes(Buffer.from('{"recorded_at":')), /not JSON/],
  ["bytes that are not UTF-8", () => mapBytes(Buffer.from([0x22, 0xff, 0x22])), /not UTF-8/],
  ["an empty line", () => mapBytes(Buffer.from("")), /not JSON/],
  ["JSON that is no object", () => mapBytes(Buffer.from("[1]")), /recorded_at and event/],
  [
    "a key that would be lost",
    () => mapBytes(Buffer.from(JSON.stringify({ recorded_at, event: message, seq: 1 }))),
    /nothing else/,
  ],
  [
    "a time of recording that is none",
    () => mapBytes(Buffer.from(JSON.stringify({ recorded_at: "today", event: message }))),
    /recorded_at/,
  ],
  [
    "an event too large for a line",
    () => map({ ...message, text: "x".repeat(524_288) }, "active"),
    /too large/,
  ],
];

test.each(refused)("%s is refused, and its line is named", (_what, act, reason) => {
  expect(act).toThrow(Unmappable);
  expect(act).toThrow(reason);
  expect(act).toThrow(expect.objectContaining({ line: 3 }));
});

test("an event's size counts the escapes of line separators", () => {
  expect(eventBytes({ text: "\u2028é" })).toBe(Buffer.byteLength('{"text":"\\u2028é"}'));
});

function withText(json: string): Buffer {
  return Buffer.from(
    JSON.stringify({ recorded_at, event: { ...message, text: 0 } }).replace('"text":0', `"text":${json}`),
  );
}
