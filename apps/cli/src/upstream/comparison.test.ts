import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { compareWithSource } from "./comparison.ts";

function source(source_line: number, text = "a"): EventToAppend {
  return {
    type: "message.appended",
    imported: { recorded_at: "2026-11-21T08:00:00.000Z", source_line },
    event: { text },
  };
}

function line(seq: number, more: Partial<Line> = {}): Line {
  return { ...source(seq), seq, recorded_at: "2026-11-21T10:00:00.000Z", hash: "", ...more };
}

function own(seq: number): Line {
  return { type: "session.ended", event: {}, seq, recorded_at: "2026-11-21T10:00:00.000Z", hash: "" };
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function compare(lines: readonly Line[], events: readonly EventToAppend[]) {
  return compareWithSource(each(lines), each(events));
}

test("the same lines match, and the ledger's own are passed over", async () => {
  const events = [source(1), source(2)];
  const expected = { same: true, matched: 2, promised: 2 };
  expect(await compare([line(1), line(2), own(3)], events)).toEqual(expected);
  expect(await compare([line(1), line(2, { event: { $erased: "0".repeat(64) } }), own(3)], events)).toEqual(
    expected,
  );
});

test("a cut import says how many lines it set out to record", async () => {
  const imported = { recorded_at: "2026-11-21T08:00:00.000Z", source_line: 1, source_lines: 3 };
  const found = await compare([line(1, { imported })], [source(1), source(2), source(3)]);
  expect(found).toEqual({ same: true, matched: 1, promised: 3 });
});

test("another event, another time or a line too many is a difference", async () => {
  const imported = { recorded_at: "2026-11-21T08:00:00.001Z", source_line: 1 };
  expect(await compare([line(1)], [source(1, "b")])).toMatchObject({ same: false, source_line: 1 });
  expect(await compare([line(1, { imported })], [source(1)])).toMatchObject({ same: false, source_line: 1 });
  expect(await compare([line(1), line(2)], [source(1)])).toMatchObject({ same: false, source_line: null });
});

test("a session that was not imported is another one", async () => {
  expect(await compare([own(1)], [source(1)])).toMatchObject({
    same: false,
    reason: expect.stringMatching(/not imported/),
  });
});
