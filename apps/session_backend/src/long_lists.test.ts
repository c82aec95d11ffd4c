import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createMemoryRecorder, type Recorder } from "@session-ledger/schema_recorder";
import type { AgentMessage } from "@session-ledger/session_contract";
import { describe, expect, onTestFinished, test } from "vitest";
import { SLICE_LINES } from "./slices.ts";
import { BASE, HIDDEN, MESSAGES, SESSION, say, startApp, startWithAgent } from "./test_support.ts";

const COUNT = 3 * SLICE_LINES + 1;

/** Longer, a slice of them, than what the system's buffers take of an answer that nobody reads. */
const LONG_TEXT = "x".repeat(500_000);

/** A recorder that tells how many lines were picked, each time, and what is run before that. */
function watchedRecorder() {
  const watched = {
    recorder: createMemoryRecorder(),
    picks: [] as number[],
    beforePick: async (): Promise<unknown> => undefined,
  };
  const pick: Recorder["pick"] = watched.recorder.pick.bind(watched.recorder);
  watched.recorder.pick = async (log, seqs) => {
    watched.picks.push(seqs.length);
    await watched.beforePick();
    return pick(log, seqs);
  };
  return watched;
}

async function startWithMessages(recorder: Recorder, text: string) {
  const app = await startWithAgent({ recorder });
  for (let message_id = 1; message_id <= COUNT; message_id += 1) {
    await say(app, message_id, { message: { role: "user", content: text } });
  }
  return app;
}

describe("a page of more than is held at once", () => {
  test("is read slice by slice, as its client takes it, and is the document that it is", async () => {
    const watched = watchedRecorder();
    const { app } = await startWithMessages(watched.recorder, LONG_TEXT);
    watched.picks.length = 0;
    const server = app.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${MESSAGES}?page_size=1000`);
    // The server goes on for as long as it can while nothing is read.
    for (let turn = 0; turn < 1_000; turn += 1) await nextTurn();
    expect(watched.picks).toEqual([SLICE_LINES]);
    const body = (await answer.json()) as { readonly messages: readonly AgentMessage[] };
    expect(watched.picks).toEqual([SLICE_LINES, SLICE_LINES, SLICE_LINES, 1]);
    expect(answer.headers.get("etag")).toBe(`"${COUNT + 2}"`);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const { messages, ...fields } = body;
    expect(Object.keys(body)[0]).toBe("messages");
    expect(fields).toEqual({ total: COUNT, page: 1, page_size: 1000, next_cursor: null });
    expect(messages.map(({ message_id }) => message_id)).toEqual(numbers(COUNT));
    expect(messages.filter(({ message }) => message.content !== LONG_TEXT)).toHaveLength(0);
  });

  test("is cut off once one of its messages is hidden, and what is hidden is not in it", async () => {
    const watched = watchedRecorder();
    const { http } = await startWithMessages(watched.recorder, "a secret");
    watched.beforePick = async () => {
      watched.beforePick = async () => undefined;
      await http.put(`${MESSAGES}/${COUNT}`).send({ redact_message: HIDDEN }).expect(200);
    };
    await expect(http.get(`${MESSAGES}?page_size=1000`)).rejects.toThrow("aborted");
    const again = await http.get(`${MESSAGES}?page_size=1000`).expect(200);
    expect(again.body.messages.at(-1).message).toEqual(HIDDEN);
  });

  test("is as long as it was when one session on it is deleted meanwhile, but for that one", async () => {
    const watched = watchedRecorder();
    const { http } = startApp({ recorder: watched.recorder });
    for (const id of numbers(COUNT)) {
      await http
        .post(`${BASE}/sessions`)
        .send({ session_id: `s-${id}` })
        .expect(201);
    }
    watched.beforePick = async () => {
      watched.beforePick = async () => undefined;
      await http.delete(`${BASE}/sessions/s-1`).expect(204);
    };
    const { body } = await http.get(`${BASE}/sessions?page_size=1000`).expect(200);
    const ids = body.sessions.map(({ session_id }: { session_id: string }) => session_id);
    expect(new Set(ids)).toEqual(
      new Set(
        numbers(COUNT)
          .slice(1)
          .map((id) => `s-${id}`),
      ),
    );
    expect(ids).toHaveLength(COUNT - 1);
    expect(body.total).toBe(COUNT);
  });

  test("holds every agent once, the oldest first", async () => {
    const watched = watchedRecorder();
    const { http } = await startWithAgent({ recorder: watched.recorder });
    for (const id of numbers(SLICE_LINES)) {
      const states = { state: { id }, conversation_manager_state: { id }, internal_state: { id } };
      await http
        .post(`${SESSION}/agents`)
        .send({ agent_id: `a-${id}`, ...states })
        .expect(201);
      await http
        .put(`${SESSION}/agents/a-${id}`)
        .send({ state: { id: -id } })
        .expect(200);
    }
    const { body } = await http.get(`${SESSION}/agents?page_size=1000&page=1`).expect(200);
    expect(body.agents.map(({ agent_id }: { agent_id: string }) => agent_id)).toEqual([
      "planner",
      ...numbers(SLICE_LINES).map((id) => `a-${id}`),
    ]);
    expect(body.agents.at(-1).state).toEqual({ id: -SLICE_LINES });
    expect(Math.max(...watched.picks)).toBeLessThanOrEqual(SLICE_LINES);
  });

  test("sends a HEAD its header fields, and reads no more than it must", async () => {
    const watched = watchedRecorder();
    const { http } = await startWithMessages(watched.recorder, "short");
    watched.picks.length = 0;
    const { headers } = await http.head(`${MESSAGES}?page_size=1000`).expect(200);
    expect(headers["etag"]).toBe(`"${COUNT + 2}"`);
    expect(watched.picks).toEqual([SLICE_LINES]);
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
