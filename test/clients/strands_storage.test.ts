import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createMemoryRecorder, createMemoryStore, openRecorder } from "@session-ledger/schema_recorder";
import { LedgerStorage, RecorderRecordStore } from "@session-ledger/strands_session";
import { expect, onTestFinished, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { describeStorage } from "./storage_behaviour.ts";

const TURNS = 200;

async function openTempRecorder() {
  const root = await tempRoot();
  const recorder = await openRecorder({ root, on_fatal: () => {} });
  onTestFinished(() => recorder.close());
  return { root, recorder };
}

describeStorage(
  "a recorder in memory",
  async () => {
    const store = createMemoryStore();
    return () => new RecorderRecordStore(createMemoryRecorder({ store }));
  },
  { model_runs: 60, rounds: 3 },
);

describeStorage(
  "an embedded recorder",
  async () => {
    const { recorder } = await openTempRecorder();
    return () => new RecorderRecordStore(recorder);
  },
  { model_runs: 4, rounds: 1 },
);

/** A snapshot as the SDK has it: the whole conversation, and a time before it. */
function snapshot(messages: readonly string[]): Buffer {
  const data = messages.map((text) => ({ role: "user", content: [{ text }], trackingId: `id of ${text}` }));
  const created_at = new Date(messages.length).toISOString();
  return Buffer.from(
    JSON.stringify({ scope: "agent", createdAt: created_at, data: { messages: data, state: {} } }),
  );
}

test("a log grows with what each turn adds, not with the conversation", async () => {
  const { root, recorder } = await openTempRecorder();
  const storage = new LedgerStorage(new RecorderRecordStore(recorder));
  const file = join(root, "users/_agents/sessions/strands-session_2fs1.jsonl");
  const messages: string[] = [];
  const growth: number[] = [];
  let before = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    messages.push(`turn ${turn} ${"x".repeat(turn % 2 === 0 ? 100 : 2_000)}`);
    const bytes = snapshot(messages);
    await storage.write("session/s1/scopes/agent/a/snapshots/snapshot_latest.json", bytes);
    // The same snapshot under a second key, as the SDK writes its history.
    await storage.write(`session/s1/scopes/agent/a/snapshots/immutable_history/snapshot_${turn}.json`, bytes);
    const { size } = await stat(file);
    growth.push(size - before);
    before = size;
  }
  const value_bytes = snapshot(messages).length;
  const written = growth.reduce((sum, bytes) => sum + bytes, 0);
  // Each snapshot in full would be more than a hundred times what the last one holds.
  expect(written).toBeLessThan(2 * value_bytes);
  // A turn costs what is new, once in text and once in quotes, and two lines around it.
  const overhead = growth.map((bytes, turn) => bytes - (turn % 2 === 0 ? 2 * 100 : 2 * 2_000));
  expect(Math.max(...overhead.slice(1))).toBeLessThan(2_000);
  // The hundredth turn and the last cost the same.
  expect(Math.abs(growth[198]! - growth[98]!)).toBeLessThan(100);
});

test("a session whose keys are deleted leaves no file", async () => {
  const { root, recorder } = await openTempRecorder();
  const storage = new LedgerStorage(new RecorderRecordStore(recorder, "ada"));
  await Promise.all(["a", "b", "c"].map((key) => storage.write(`session/s1/${key}`, Buffer.from(key))));
  const logs = async () =>
    (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".jsonl"));
  expect(await logs()).toEqual(["users/_agents.ada/sessions/strands-session_2fs1.jsonl"]);
  await Promise.all((await storage.list("session/s1/")).map((key) => storage.delete(key)));
  expect(await logs()).toEqual([]);
  expect(await storage.list("")).toEqual([]);
});
