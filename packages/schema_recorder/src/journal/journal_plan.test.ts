import { describe, expect, test } from "vitest";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import { type EntryKind, type JournalEntry, NO_NAME } from "./frame.ts";
import { planJournal } from "./journal_plan.ts";

const ADA: LogName = { user_id: "ada", session_id: "s1" };
const BO: LogName = { user_id: "bo", session_id: "s2" };

function append(log: LogName, byte_offset: number): JournalEntry {
  return { kind: "append", log, incarnation: "00", byte_offset, data: Buffer.from(`${byte_offset}`) };
}

function operation(kind: EntryKind, log: LogName): JournalEntry {
  return { kind, log, incarnation: "11", byte_offset: 0, data: Buffer.alloc(0) };
}

function erasure(log: LogName): JournalEntry {
  return { kind: "erase", log: NO_NAME, incarnation: "00", byte_offset: 0, data: Buffer.from(logKey(log)) };
}

/** The plan of a journal of one entry a frame. A log's key stands for its digest. */
function planOf(...entries: readonly JournalEntry[]) {
  const frames = entries.map((entry, at) => ({ batch: at + 1, entries: [entry] }));
  return planJournal([{ path: "1.wal", first_batch: 1, frames }], {
    of_entry: (text) => text,
    of_log: logKey,
  });
}

function appendsOf(plan: ReturnType<typeof planOf>, log: LogName): number[] | undefined {
  return plan.logs.get(logKey(log))?.appends.map(({ byte_offset }) => byte_offset);
}

describe("what recovery does with a log", () => {
  test("is every append, in order", () => {
    const plan = planOf(append(ADA, 0), append(BO, 0), append(ADA, 5));
    expect(appendsOf(plan, ADA)).toEqual([0, 5]);
    expect(appendsOf(plan, BO)).toEqual([0]);
    expect(plan.logs.get(logKey(ADA))?.operation).toBeUndefined();
  });

  test("is nothing from before its erasure, whatever else was appended", () => {
    const plan = planOf(append(ADA, 0), append(BO, 0), append(ADA, 5), erasure(ADA));
    expect(plan.logs.get(logKey(ADA))).toMatchObject({ operation: { kind: "erase" }, appends: [] });
    expect(appendsOf(plan, BO)).toEqual([0]);
    expect(plan.unnamed.size).toBe(0);
  });

  test("is only what came after its erasure, if it was made again", () => {
    const plan = planOf(append(ADA, 0), append(ADA, 5), erasure(ADA), append(ADA, 0));
    expect(plan.logs.get(logKey(ADA))).toMatchObject({ operation: { kind: "erase" } });
    expect(appendsOf(plan, ADA)).toEqual([0]);
  });

  test("begins with its erasure, though the journal names the log only later", () => {
    const plan = planOf(erasure(ADA), append(BO, 0), append(ADA, 0));
    expect(plan.logs.get(logKey(ADA))).toMatchObject({ log: ADA, operation: { kind: "erase", log: ADA } });
    expect(appendsOf(plan, ADA)).toEqual([0]);
    expect(plan.unnamed.size).toBe(0);
  });

  test("is the last of its operations, and the appends since", () => {
    const plan = planOf(append(ADA, 0), operation("archive", ADA), operation("restore", ADA), append(ADA, 9));
    expect(plan.logs.get(logKey(ADA))).toMatchObject({ operation: { kind: "restore" } });
    expect(appendsOf(plan, ADA)).toEqual([9]);
  });
});

test("an erasure whose log no entry names is kept by its digest", () => {
  const plan = planOf(append(BO, 0), erasure(ADA));
  expect([...plan.unnamed.keys()]).toEqual([logKey(ADA)]);
  expect(plan.erasures).toEqual([logKey(ADA)]);
});
