// The SDK's storage through the session backend of a server in a process of its own.
import { createLedgerClient } from "@session-ledger/session_client";
import { BackendRecordStore, LedgerStorage } from "@session-ledger/strands_session";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { startChatEndpoint } from "./chat_endpoint.ts";
import { clientBehindProxy } from "./client_under_test.ts";
import { describeStorage } from "./storage_behaviour.ts";
import { strandsTurn } from "./strands_turn.ts";

let ledger: LedgerUnderTest;
let users = 0;

beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
});
afterAll(() => ledger.remove());

describeStorage(
  "a server",
  async () => {
    users += 1;
    const user_id = `user-${users}`;
    // A client of its own for each store, as if in another process.
    return () =>
      new BackendRecordStore(createLedgerClient({ url: ledger.url }).session_backend.ofUser(user_id));
  },
  { model_runs: 4, rounds: 1 },
);

test("an agent goes on with its memory, on a server that was killed after each turn", async () => {
  const base_url = await startChatEndpoint();
  const server = await LedgerUnderTest.started();
  onTestFinished(() => server.remove());
  const answers: string[] = [];
  for (const text of ["Hello, my name is Ada.", "Who am I?", "And now?"]) {
    const { session_backend } = createLedgerClient({ url: server.url });
    answers.push(
      await strandsTurn(base_url, new LedgerStorage(new BackendRecordStore(session_backend)), text),
    );
    await server.stop("SIGKILL");
    await server.start();
  }
  expect(answers).toEqual([
    "You are Ada, after 1 messages.",
    "You are Ada, after 3 messages.",
    "You are Ada, after 5 messages.",
  ]);
});

test("values that are written while answers are dropped are read as they were written", async () => {
  let connections = 0;
  const { proxy, client } = await clientBehindProxy(ledger, () => connections++ % 3 === 0);
  const backend = client.session_backend.ofUser("dropped");
  const storage = new LedgerStorage(new BackendRecordStore(backend));
  const direct = createLedgerClient({ url: ledger.url }).session_backend.ofUser("dropped");
  for (let turn = 0; turn < 20; turn += 1) {
    const value = Buffer.from(`${"a conversation ".repeat(turn)}turn ${turn}`);
    await storage.write("session/s/latest", value);
    await proxy.cut();
    const elsewhere = new LedgerStorage(new BackendRecordStore(direct));
    expect(await elsewhere.read("session/s/latest")).toEqual(Uint8Array.from(value));
  }
  expect(proxy.dropped).toBeGreaterThan(5);
});
