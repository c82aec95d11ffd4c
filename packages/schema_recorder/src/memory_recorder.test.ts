import { expect, test } from "vitest";
import { createMemoryRecorder } from "./memory_recorder.ts";
import { createMemoryStore } from "./memory_store.ts";

const LOG = { user_id: "alice", session_id: "sess_1" };
const EVENTS = [{ type: "agent.created", event: { name: "scribe" } }];

test("an append is not visible in the turn that asked for it", async () => {
  const recorder = createMemoryRecorder();
  const appended = recorder.append(LOG, EVENTS, { expected_seq: 0 });
  await Promise.resolve();
  expect(await recorder.find(LOG.session_id)).toEqual([]);
  await appended;
  expect(await recorder.find(LOG.session_id)).toHaveLength(1);
});

test("an event that its caller changes after the append is recorded as it was", async () => {
  const recorder = createMemoryRecorder();
  const event = { name: "scribe" };
  const appended = recorder.append(LOG, [{ type: "agent.created", event }], { expected_seq: 0 });
  event.name = "changed";
  expect((await appended)[0]?.event).toEqual({ name: "scribe" });
});

test("closing lets the appends under way finish", async () => {
  const store = createMemoryStore();
  const recorder = createMemoryRecorder({ store });
  const appended = recorder.append(LOG, EVENTS, { expected_seq: 0 });
  await recorder.close();
  expect(store.logs.size).toBe(1);
  await expect(appended).resolves.toHaveLength(1);
});

test("a restart keeps only the claims that the logs imply", async () => {
  const store = createMemoryStore();
  const recorder = createMemoryRecorder({ store });
  await recorder.append(LOG, EVENTS, { expected_seq: 0, claim: "active:alice" });
  const rival = createMemoryRecorder({ store });
  expect(await rival.holderOf("active:alice")).toEqual(LOG);
  await Promise.all([recorder.close(), rival.close()]);
  const restarted = createMemoryRecorder({ store });
  expect(await restarted.holderOf("active:alice")).toBeUndefined();
});
