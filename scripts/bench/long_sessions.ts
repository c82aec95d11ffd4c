// What a long session of agents costs over HTTP, beside a short one: a page, an append, and the read of a state that was
// written many times. The first read of a session after the start folds its log, and is told apart.
import { randomUUID } from "node:crypto";
import { type LogName, openRecorder } from "@session-ledger/schema_recorder";
import type { EventToAppend, JsonObject } from "@session-ledger/session_contract";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { type MeasuredProcess, startLedger } from "./measured_process.ts";
import { type Row, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const MESSAGES = 100_000;
const STATE_WRITES = 10_000;
const SHORT = 100;
const BATCH = 1_000;
const REQUESTS = 300;
const PAGE_MS_MAX = 20;
const BASE = "/session_backend/api/v1/sessions";

/** One kind of request, as one round saw it. */
interface Measured {
  readonly wall_ms: number;
  readonly cpu_ms: number;
}

type Ask = (at: number) => Promise<Response>;

export async function measureLongSessions(run: BenchRun): Promise<readonly Row[]> {
  const root = await newFolder(run, "long");
  run.progress(`recording a session of ${MESSAGES} messages, and ${STATE_WRITES} writes of a state`);
  await fill(root);
  const server = await startLedger(root);
  try {
    const first_ms = await firstReadMs(server);
    const pages: [Measured, Measured][] = [];
    const appends: [Measured, Measured][] = [];
    const states: [Measured, Measured][] = [];
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(`long sessions, round ${round} of ${run.rounds}`);
      pages.push([
        await measure(server, pageOf(server, "long", MESSAGES)),
        await measure(server, pageOf(server, "short", SHORT)),
      ]);
      appends.push([
        await measure(server, appendTo(server, "long", MESSAGES + round * REQUESTS)),
        await measure(server, appendTo(server, "short", MESSAGES + round * REQUESTS)),
      ]);
      states.push([
        await measure(server, () => fetch(`${server.url}${BASE}/written/agents/a`)),
        await measure(server, () => fetch(`${server.url}${BASE}/short/agents/a`)),
      ]);
    }
    const beside = `one of ${SHORT}`;
    return [
      toRow(`a page of 10 messages of a session of ${rounded(MESSAGES)}`, beside, pages, PAGE_MS_MAX),
      toRow(`a message appended to a session of ${rounded(MESSAGES)}`, beside, appends, PAGE_MS_MAX),
      toRow(
        `a state read that was written ${rounded(STATE_WRITES)} times`,
        "written once",
        states,
        PAGE_MS_MAX,
      ),
      {
        measure: `the first read of a session of ${rounded(MESSAGES)} messages after a start`,
        ours: `${rounded(first_ms)} ms`,
        peer: "",
        reach: "reported",
        bound_by: "one fold of the log",
      },
    ];
  } finally {
    await server.stop();
  }
}

async function fill(root: string): Promise<void> {
  const recorder = await openRecorder({ root });
  const record = async (session_id: string, events: readonly EventToAppend[]): Promise<void> => {
    const log: LogName = { user_id: "_agents", session_id };
    const all = [...begin(session_id), ...events];
    for (let seq = 0; seq < all.length; seq += BATCH) {
      await recorder.append(log, all.slice(seq, seq + BATCH), { expected_seq: seq });
    }
  };
  await record("long", messages(MESSAGES));
  await record("short", messages(SHORT));
  await record("written", stateWrites(STATE_WRITES));
  await recorder.close();
}

function begin(session_id: string): EventToAppend[] {
  const states = { state: { turn: 0 }, conversation_manager_state: {}, internal_state: {} };
  return [
    {
      type: "session.started",
      kind: "agent",
      event: recorded({ session_id, session_type: "AGENT", multi_agent_state: null }),
    },
    { type: "agent.created", event: recorded({ agent_id: "a", ...states }) },
  ];
}

function messages(count: number): EventToAppend[] {
  return Array.from({ length: count }, (_, message_id) => ({
    type: "message.created",
    event: recorded({ agent_id: "a", message_id, message: messageOf(message_id), redact_message: null }),
  }));
}

function stateWrites(count: number): EventToAppend[] {
  const created_at = "2026-11-21T09:30:00.123Z";
  return Array.from({ length: count }, (_, turn) => ({
    type: "agent.updated",
    event: recorded({
      agent_id: "a",
      created_at,
      state: { turn, notes: "what the agent knows ".repeat(20) },
    }),
  }));
}

function messageOf(number: number): JsonObject {
  return {
    role: "user",
    content: [{ text: `What was said in turn ${number}, in a sentence or two of it.` }],
  };
}

function recorded(fields: JsonObject): JsonObject {
  return { record_id: randomUUID(), ...fields };
}

async function firstReadMs(server: MeasuredProcess): Promise<number> {
  const begin_ms = performance.now();
  await (await fetch(`${server.url}${BASE}/long/agents/a/messages`)).arrayBuffer();
  return performance.now() - begin_ms;
}

/** Pages all over the session, each time another. */
function pageOf(server: MeasuredProcess, session_id: string, count: number): Ask {
  const pages = count / 10;
  return (at) =>
    fetch(`${server.url}${BASE}/${session_id}/agents/a/messages?page=${1 + ((at * 7_919) % pages)}`);
}

function appendTo(server: MeasuredProcess, session_id: string, first: number): Ask {
  return (at) =>
    fetch(`${server.url}${BASE}/${session_id}/agents/a/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ message_id: first + at, message: messageOf(at) }),
    });
}

/** Wall time is the client's and so takes in what else the machine does; CPU time is the server's alone. */
async function measure(server: MeasuredProcess, ask: Ask): Promise<Measured> {
  const walls_ms: number[] = [];
  const begin_s = server.cpuSeconds();
  for (let at = 0; at < REQUESTS; at += 1) {
    const begin_ms = performance.now();
    const answer = await ask(at);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    walls_ms.push(performance.now() - begin_ms);
  }
  return { wall_ms: median(walls_ms), cpu_ms: ((server.cpuSeconds() - begin_s) * 1000) / REQUESTS };
}

function toRow(
  measure: string,
  beside: string,
  rounds: readonly (readonly [Measured, Measured])[],
  wall_ms_max: number,
): Row {
  const told = (side: readonly Measured[]): string =>
    `${rounded(median(side.map(({ wall_ms }) => wall_ms)))} ms, CPU ${rounded(median(side.map(({ cpu_ms }) => cpu_ms)))} ms`;
  const ours = rounds.map(([long]) => long);
  return {
    measure,
    ours: told(ours),
    peer: `${beside}: ${told(rounds.map(([, short]) => short))}`,
    ratio: median(rounds.map(([long, short]) => long.cpu_ms / short.cpu_ms)),
    reach: `under ${wall_ms_max} ms at the median`,
    reached: median(ours.map(({ wall_ms }) => wall_ms)) < wall_ms_max,
    bound_by: "a request, and the lines that are read around its own",
  };
}
