import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createMemoryRecorder, type Recorder } from "@session-ledger/schema_recorder";
import { type AgentMessage, PICK_BYTES_MAX } from "@session-ledger/session_contract";
import { describe, expect, onTestFinished, test } from "vitest";

import { BASE, HIDDEN, MESSAGES, SESSION, say, startApp, startWithAgent } from "./test_support.ts";

/** Longer, all of them, than what the system's buffers take of an answer that nobody reads. */
const LONG_TEXTS = Array.from({ length: 97 }, () => "x".repeat(500_000));

/** How many of them are read at once. */
const LONG_TEXTS_AT_ONCE = Math.floor(PICK_BYTES_MAX / 500_000);

const SHORT_TEXTS = Array.from({ length: 200 }, () => "short");

/** More than a list reads of sessions at once. */
const SESSIONS = 97;

/** More than is read of them at once, with their states. */
const AGENTS = 10;

/** A recorder that tells how many lines it gave, each time that lines were picked, and runs something before that. */
function watchedRecorder() {
  const watched = {
    recorder: createMemoryRecorder(),
    lines: [] as number[],
    beforePick: async (): Promise<unknown> => undefined,
  };
  const pick: Recorder["pick"] = watched.recorder.pick.bind(watched.recorder);
  watched.recorder.pick = async (log, seqs) => {
    await watched.beforePick();
    const lines = await pick(log, seqs);
    watched.lines.push(lines.length);
    return lines;
  };
  return watched;
}

async function startWithMessages(recorder: Recorder, texts: readonly string[]) {
  const app = await startWithAgent({ recorder });
  for (const [at, text] of texts.entries()) {
    await say(app, at + 1, { message: { role: "user", content: text } });
  }
  return app;
}

describe("a page of more than is held at once", () => {
  test("is read slice by slice, as its client takes it, and is the document that it is", async () => {
    const watched = watchedRecorder();
    const { app } = await startWithMessages(watched.recorder, LONG_TEXTS);
    watched.lines.length = 0;
    const server = app.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${MESSAGES}?page_size=1000`);
    // The server goes on for as long as it can while nothing is read.
    for (let turn = 0; turn < 1_000; turn += 1) await nextTurn();
    expect(sum(watched.lines)).toBeLessThan(LONG_TEXTS.length);
    const body = (await answer.json()) as { readonly messages: readonly AgentMessage[] };
    expect(sum(watched.lines)).toBe(LONG_TEXTS.length);
    expect(Math.max(...watched.lines)).toBe(LONG_TEXTS_AT_ONCE);
    expect(answer.headers.get("etag")).toBe(`"${LONG_TEXTS.length + 2}"`);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const { messages, ...fields } = body;
    expect(Object.keys(body)[0]).toBe("messages");
    expect(fields).toEqual({ total: LONG_TEXTS.length, page: 1, page_size: 1000, next_cursor: null });
    expect(messages.map(({ message_id }) => message_id)).toEqual(numbers(LONG_TEXTS.length));
    expect(messages.map(({ message }) => message.content)).toEqual(LONG_TEXTS);
  });

  test("is cut off once one of its messages is hidden, and what is hidden is not in it", async () => {
    const watched = watchedRecorder();
    const texts = LONG_TEXTS.slice(0, 2 * LONG_TEXTS_AT_ONCE);
    const { http } = await startWithMessages(watched.recorder, texts);
    watched.beforePick = async () => {
      watched.beforePick = async () => undefined;
      await http.put(`${MESSAGES}/${texts.length}`).send({ redact_message: HIDDEN }).expect(200);
    };
    await expect(http.get(`${MESSAGES}?page_size=1000`)).rejects.toThrow("aborted");
    const again = await http.get(`${MESSAGES}?page_size=1000`).expect(200);
    expect(again.body.messages.at(-1).message).toEqual(HIDDEN);
  });

  test("of short messages is read at once, and made anew if one of them is hidden meanwhile", async () => {
    const watched = watchedRecorder();
    const { http } = await startWithMessages(watched.recorder, SHORT_TEXTS);
    watched.lines.length = 0;
    watched.beforePick = async () => {
      watched.beforePick = async () => undefined;
      await http.put(`${MESSAGES}/1`).send({ redact_message: HIDDEN }).expect(200);
    };
    const { body } = await http.get(`${MESSAGES}?page_size=1000`).expect(200);
    expect(body.messages[0].message).toEqual(HIDDEN);
    expect(body.messages).toHaveLength(SHORT_TEXTS.length);
    const of_the_redaction = 1;
    expect(watched.lines).toEqual([of_the_redaction, SHORT_TEXTS.length, SHORT_TEXTS.length]);
  });

  test("is as long as it was when one session on it is deleted meanwhile, but for that one", async () => {
    const watched = watchedRecorder();
    const { http } = startApp({ recorder: watched.recorder });
    for (const id of numbers(SESSIONS)) {
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
        numbers(SESSIONS)
          .slice(1)
          .map((id) => `s-${id}`),
      ),
    );
    expect(ids).toHaveLength(SESSIONS - 1);
    expect(body.total).toBe(SESSIONS);
  });

  test("holds every agent once, the oldest first", async () => {
    const watched = watchedRecorder();
    const { http } = await startWithAgent({ recorder: watched.recorder });
    const long = "x".repeat(150_000);
    for (const id of numbers(AGENTS)) {
      const states = {
        state: { id, long },
        conversation_manager_state: { id, long },
        internal_state: { id },
      };
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
      ...numbers(AGENTS).map((id) => `a-${id}`),
    ]);
    expect(body.agents.map(({ state }: { state: { id?: number } }) => state.id)).toEqual([
      undefined,
      ...numbers(AGENTS).map((id) => -id),
    ]);
    expect(body.agents.at(-1).conversation_manager_state).toEqual({ id: AGENTS, long });
    expect(Math.max(...watched.lines)).toBeLessThan(AGENTS);
  });

  test("sends a HEAD its header fields, and reads no more than it must", async () => {
    const watched = watchedRecorder();
    const { http } = await startWithMessages(watched.recorder, LONG_TEXTS);
    watched.lines.length = 0;
    const { headers } = await http.head(`${MESSAGES}?page_size=1000`).expect(200);
    expect(headers["etag"]).toBe(`"${LONG_TEXTS.length + 2}"`);
    expect(watched.lines).toEqual([LONG_TEXTS_AT_ONCE]);
  });
});

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
