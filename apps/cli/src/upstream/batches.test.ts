import type { EventToAppend } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { inBatches } from "./batches.ts";

async function sizes(count: number, text: string, limits: { lines_max: number; bytes_max: number }) {
  async function* events(): AsyncGenerator<EventToAppend> {
    for (let index = 0; index < count; index += 1) yield { type: "message.appended", event: { index, text } };
  }
  const batches: number[] = [];
  let next = 0;
  for await (const batch of inBatches(events(), limits)) {
    batches.push(batch.length);
    for (const { event } of batch) expect(event["index"]).toBe(next++);
  }
  expect(next).toBe(count);
  return batches;
}

test("a batch keeps to the number of lines, and the last holds the rest", async () => {
  const limits = { lines_max: 3, bytes_max: 1_000_000 };
  expect(await sizes(7, "", limits)).toEqual([3, 3, 1]);
  expect(await sizes(3, "", limits)).toEqual([3]);
  expect(await sizes(0, "", limits)).toEqual([]);
});

test("a batch keeps to the number of bytes", async () => {
  expect(await sizes(5, "x".repeat(1_000), { lines_max: 100, bytes_max: 4_200 })).toEqual([2, 2, 1]);
});
