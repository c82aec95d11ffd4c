import { expect, test } from "vitest";
import { Unmappable } from "../unmappable.ts";
import { parseRow } from "./table_row.ts";

const cells = {
  id: "sess_0000000000000001",
  user_id: "ada",
  status: "stopped",
  created_at: "2026-03-15T09:30:00Z",
  updated_at: "2026-03-16T09:30:00Z",
  deleted_at: "",
};

function parse(more: Record<string, unknown>) {
  return parseRow({ line: 3, cells: { ...cells, ...more } });
}

test.each([
  ["2026-03-15T09:30:00Z", "2026-03-15T09:30:00.000Z"],
  ["2026-03-15T10:30:00.123999+01:00", "2026-03-15T09:30:00.123Z"],
  ["2026-03-15T00:30:00-0900", "2026-03-15T09:30:00.000Z"],
  ["2026-03-15 09:30:00", "2026-03-15T09:30:00.000Z"],
  ["2026-03-15 15:00:00.5+05:30", "2026-03-15T09:30:00.500Z"],
  ["2026-03-15 11:30:00+02", "2026-03-15T09:30:00.000Z"],
])("%s is %s", (text, time) => {
  expect(parse({ created_at: text }).created_at).toBe(time);
});

test.each([
  "",
  "today",
  "2026-03-15",
  "2026-02-30 09:30:00",
  "0000-00-00 00:00:00",
  "2026-03-15 25:00:00",
  "2026-03-15 09:30:00.1234567",
  "9999-12-31T23:59:59-01:00",
  1773567000,
])("%s is no time", (created_at) => {
  expect(() => parse({ created_at })).toThrow(/^created_at: must be a time/);
});

test("the end of a session has many names, and capitals do not matter", () => {
  for (const status of ["stopped", "ended", "closed", "completed", "expired", "Expired "]) {
    expect(parse({ status })).toMatchObject({ state: "stopped", changed_at: "2026-03-16T09:30:00.000Z" });
  }
});

test("an empty cell is empty however a database writes it", () => {
  for (const deleted_at of ["", "NULL", "\\N", null, undefined]) {
    expect(parse({ deleted_at }).state).toBe("stopped");
  }
});

test("a row with a time of deletion is deleted, whatever its status, and ended no later", () => {
  expect(parse({ status: "active", deleted_at: "2026-03-17 00:00:00" })).toMatchObject({
    state: "deleted",
    ended_at: "2026-03-16T09:30:00.000Z",
    changed_at: "2026-03-17T00:00:00.000Z",
  });
  expect(parse({ deleted_at: "2026-03-16 00:00:00" })).toMatchObject({
    ended_at: "2026-03-16T00:00:00.000Z",
    changed_at: "2026-03-16T00:00:00.000Z",
  });
  expect(parse({ status: "deleted" })).toMatchObject({ state: "deleted", changed_at: parse({}).changed_at });
});

test("ids that are numbers are taken as they are written", () => {
  expect(parse({ id: 17, user_id: 4 })).toMatchObject({ session_id: "17", user_id: "4" });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ["an id that names no file", { id: "../x" }, /^id: must be/],
  ["a user that names no folder", { user_id: "_agents" }, /^user_id: must be/],
  ["an unknown status", { status: "toString" }, /^status: must be one of/],
  ["an unknown column", { ip: "" }, /ip/],
  [
    "an update before the creation",
    { updated_at: "2026-03-15 09:29:59" },
    /^updated_at is before created_at/,
  ],
  [
    "a deletion before the creation",
    { deleted_at: "2026-03-15 09:29:59" },
    /^deleted_at is before created_at/,
  ],
  ["an end without its time", { updated_at: "" }, /^updated_at is empty.* stopped$/],
])("%s is refused, and the line is named", (_what, more, reason) => {
  expect(() => parse(more)).toThrow(Unmappable);
  expect(() => parse(more)).toThrow(reason);
  expect(() => parse(more)).toThrow(expect.objectContaining({ line: 3 }));
});
