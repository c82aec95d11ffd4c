// A real agent of the SDK, stopped after each turn and restored elsewhere, with its session on a log root.
import { openRecorder } from "@session-ledger/schema_recorder";
import { LedgerStorage, RecorderRecordStore } from "@session-ledger/strands_session";
import { SessionManager } from "@strands-agents/sdk";
import { expect, onTestFinished, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { startChatEndpoint } from "./chat_endpoint.ts";
import { SESSION_ID, strandsTurn } from "./strands_turn.ts";

async function openStorage(root: string) {
  const recorder = await openRecorder({ root, on_fatal: () => {} });
  onTestFinished(() => recorder.close());
  return { recorder, storage: new LedgerStorage(new RecorderRecordStore(recorder)) };
}

test("an agent goes on with its memory, on a log root that was closed and opened again after each turn", async () => {
  const base_url = await startChatEndpoint();
  const root = await tempRoot();
  const answers: string[] = [];
  for (const text of ["Hello, my name is Ada.", "Who am I?", "And now?"]) {
    const { recorder, storage } = await openStorage(root);
    answers.push(await strandsTurn(base_url, storage, text));
    await recorder.close();
  }
  expect(answers).toEqual([
    "You are Ada, after 1 messages.",
    "You are Ada, after 3 messages.",
    "You are Ada, after 5 messages.",
  ]);

  const { storage } = await openStorage(root);
  expect(await storage.list("")).toEqual([
    "session/visit-7/scopes/agent/guide/snapshots/snapshot_latest.json",
  ]);
  await new SessionManager({ sessionId: SESSION_ID, storage }).deleteSession();
  expect(await storage.list("")).toEqual([]);
  expect(await strandsTurn(base_url, storage, "Who am I?")).toBe("You are a stranger, after 1 messages.");
});
