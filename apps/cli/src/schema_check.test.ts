import type { JsonObject, Line } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { createSchemaCheck } from "./schema_check.ts";

const check = createSchemaCheck();

function line(type: string, event: JsonObject): Line {
  return { seq: 1, recorded_at: "2026-11-21T09:30:00.123Z", type, event, hash: "0".repeat(64) };
}

test("an event that lacks a field of its type is named, with the type", () => {
  expect(check(line("message.appended", { text: "hello" }))).toMatch(/message\.appended.*required/);
});

test("an unknown type, a further key and an erased event are fine", () => {
  expect(check(line("robot.waved", { text: "hello" }))).toBeUndefined();
  expect(check({ ...line("robot.waved", {}), ...{ colour: "red" } })).toBeUndefined();
  expect(check(line("message.appended", { $erased: "0".repeat(64) }))).toBeUndefined();
});

test("a line's own keys are checked too", () => {
  expect(check({ ...line("robot.waved", {}), hash: "none" })).toMatch(/the line does not match.*\/hash/);
});

test("the first event of an anonymous session has a form of its own", () => {
  const record_id = "72245cf1-01d7-4868-a55a-1f761de959db";
  const event = { record_id, session_id: record_id, start_time: "2026-11-21T09:30:00.123Z" };
  expect(check({ ...line("session.started", event), kind: "anonymous" })).toBeUndefined();
  expect(check({ ...line("session.started", { ...event, user_id: "ada" }), kind: "anonymous" })).toMatch(
    /session\.started/,
  );
  expect(check(line("session.started", event))).toMatch(/session\.started/);
});
