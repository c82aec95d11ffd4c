// Sessions are open by the thousand, files are not. `OPEN_SESSIONS=10000` is the long run.
import { expect, onTestFinished, test } from "vitest";
import { appendMessage, endSession, startSession } from "../server/ledger_client.ts";
import { type ListeningServer, startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { type Acknowledgement, runLoad } from "./load.ts";
import { expectRecorded } from "./recorded.ts";
import { sizeOf } from "./system_needs.ts";

const SESSIONS = sizeOf("OPEN_SESSIONS", 2000);
const CLIENTS = 32;

async function serveWithHandles(log_root: string, handles: number): Promise<ListeningServer> {
  const wrapper = ["sh", "-c", `ulimit -n ${handles}; exec "$@"`, "sh"];
  const listening = await startServer({ LOG_ROOT: log_root }, { wrapper });
  onTestFinished(async () => {
    await listening.server.kill();
  });
  return listening;
}

/** Does something for every index, by a few clients at a time and in rotation. */
async function forEach(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

test(`${SESSIONS} open sessions are started, added to and ended under ulimit -n 256`, {
  timeout: 60_000 + SESSIONS * 30,
}, async () => {
  const log_root = await tempRoot();
  const { server, url } = await serveWithHandles(log_root, 256);
  const sessions: string[] = [];
  const acknowledged: Acknowledgement[] = [];
  const refused: unknown[] = [];
  const note = (index: number, { status, body }: Awaited<ReturnType<typeof startSession>>): void => {
    if (status >= 300) refused.push([status, body["code"]]);
    const [user_id, session_id] = [`user-${index}`, sessions[index]!];
    acknowledged.push({ user_id, session_id, record_id: String(body["record_id"]) });
  };
  await forEach(SESSIONS, async (index) => {
    const start = await startSession(url, `user-${index}`);
    sessions[index] = String(start.body["session_id"]);
    note(index, start);
  });
  for (const act of [appendMessage, endSession]) {
    await forEach(SESSIONS, async (index) => note(index, await act(url, `user-${index}`, sessions[index])));
  }
  expect(refused).toEqual([]);
  expect((await server.stop()).code).toBe(0);
  const logs = await expectRecorded(log_root, acknowledged);
  expect(logs.size).toBe(SESSIONS);
  expect(acknowledged).toHaveLength(SESSIONS * 3);
});

test("under ulimit -n 64 the server works, or ends for the next start to recover, and loses nothing", async () => {
  const log_root = await tempRoot();
  const { server, url } = await serveWithHandles(log_root, 64);
  const load = await runLoad({
    url,
    users: "user",
    clients: 8,
    messages: 1,
    isEnough: ({ acknowledged, refused }) => acknowledged.length >= 1000 || refused.size > 0,
  });
  // 4 says that the store failed, and that the next start recovers it.
  expect([0, 4]).toContain((await server.stop()).code);
  console.info(JSON.stringify({ acknowledged: load.acknowledged.length, refused: [...load.refused] }));
  const next = await serveWithHandles(log_root, 1024);
  await expectRecorded(log_root, load.acknowledged);
  expect((await startSession(next.url, "user-next")).status).toBe(200);
});
