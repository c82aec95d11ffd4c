// A real agent of the SDK, stopped after each turn and restored elsewhere, with its session on a ledger.
import { openRecorder } from "@session-ledger/schema_recorder";
import { LedgerStorage, RecorderRecordStore } from "@session-ledger/strands_session";
import { Agent, SessionManager, type Storage } from "@strands-agents/sdk";
import { OpenAIModel } from "@strands-agents/sdk/models/openai";
import { expect, onTestFinished, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { startChatEndpoint } from "./chat_endpoint.ts";

/** One turn of an agent that is made for it and knows nothing but what it restores. */
async function turn(base_url: string, storage: Storage, text: string): Promise<string> {
  const agent = new Agent({
    id: "guide",
    model: new OpenAIModel({
      api: "chat",
      apiKey: "none",
      modelId: "m",
      clientConfig: { baseURL: base_url },
    }),
    printer: false,
    sessionManager: new SessionManager({ sessionId: "visit-7", storage }),
  });
  return String(await agent.invoke(text)).trim();
}

test("an agent goes on with its memory, on a log root that was closed and opened again after each turn", async () => {
  const base_url = await startChatEndpoint();
  const root = await tempRoot();
  const openStorage = async (): Promise<LedgerStorage> => {
    const recorder = await openRecorder({ root, on_fatal: () => {} });
    onTestFinished(() => recorder.close());
    last_recorder = recorder;
    return new LedgerStorage(new RecorderRecordStore(recorder));
  };
  let last_recorder: Awaited<ReturnType<typeof openRecorder>> | undefined;
  const answers: string[] = [];
  for (const text of ["Hello, my name is Ada.", "Who am I?", "And now?"]) {
    answers.push(await turn(base_url, await openStorage(), text));
    await last_recorder!.close();
  }
  expect(answers).toEqual([
    "You are Ada, after 1 messages.",
    "You are Ada, after 3 messages.",
    "You are Ada, after 5 messages.",
  ]);

  const storage = await openStorage();
  expect(await storage.list("")).toEqual([
    "session/visit-7/scopes/agent/guide/snapshots/snapshot_latest.json",
  ]);
  await new SessionManager({ sessionId: "visit-7", storage }).deleteSession();
  expect(await storage.list("")).toEqual([]);
  expect(await turn(base_url, storage, "Who am I?")).toBe("You are a stranger, after 1 messages.");
});
