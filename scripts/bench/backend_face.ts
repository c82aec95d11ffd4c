// The session backend over HTTP: messages into many agents, and pages of a long list, each beside the echo.
import { type BenchRun, newFolder } from "./bench_run.ts";
import { type FaceLoad, type FaceRequest, loadFace } from "./face_load.ts";
import { besideEcho, type FaceRound, faceRow } from "./face_rows.ts";
import { startEcho, startLedger } from "./measured_process.ts";
import type { Row } from "./row.ts";
import { median } from "./statistics.ts";

const SESSIONS = "/session_backend/api/v1/sessions";
const CONNECTIONS = 64;
/** As many sessions as connections, so that most messages under way go to different logs. */
const SESSION_COUNT = CONNECTIONS;
const PAGE_SIZE = 100;
const PAGE_MS_MAX = 20;
const TEXT = "x".repeat(500);

export async function measureBackend(run: BenchRun): Promise<readonly Row[]> {
  const load: FaceLoad = { count: run.long ? 50_000 : 5_000, connections: CONNECTIONS };
  // One after another, since it is the time of a page that counts.
  const page_load: FaceLoad = { count: run.long ? 5_000 : 500, connections: 1 };
  const long_list: FaceLoad = { ...load, count: run.long ? 100_000 : 10_000 };
  const set_up: FaceLoad = { ...load, count: SESSION_COUNT + 1 };
  const folder = await newFolder(run, "backend");
  const ledger = await startLedger(`${folder}/root`);
  const echo = await startEcho(folder);
  const appends: FaceRound[] = [];
  const pages: FaceRound[] = [];
  try {
    run.progress(`making ${SESSION_COUNT + 1} agents, and a list of ${long_list.count} messages`);
    await loadFace(ledger.url, set_up, (at) => post(SESSIONS, { session_id: `s${at}` }));
    await loadFace(ledger.url, set_up, (at) => post(agentsOf(at), { agent_id: "a" }));
    await loadFace(ledger.url, long_list, (at) => message(SESSION_COUNT, at));
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(`${load.count} messages, and ${page_load.count} pages, round ${round} of ${run.rounds}`);
      const first = load.count * (round - 1);
      const append = () => loadFace(ledger.url, load, (at) => message(at % SESSION_COUNT, first + at));
      appends.push(await besideEcho(ledger, echo, load, append));
      const read = () => loadFace(ledger.url, page_load, (at) => page(at % (long_list.count / PAGE_SIZE)));
      pages.push(await besideEcho(ledger, echo, page_load, read));
    }
  } finally {
    await ledger.stop();
    await echo.stop();
  }
  return [
    faceRow(`messages to ${SESSION_COUNT} agents`, load, appends),
    {
      ...faceRow(`pages of ${PAGE_SIZE} messages of ${long_list.count}`, page_load, pages),
      reach: `under ${PAGE_MS_MAX} ms at the median`,
      reached: median(pages.map(({ ours }) => ours.p50_ms)) < PAGE_MS_MAX,
    },
  ];
}

function agentsOf(session: number): string {
  return `${SESSIONS}/s${session}/agents`;
}

function message(session: number, message_id: number): FaceRequest {
  return post(`${agentsOf(session)}/a/messages`, {
    message_id,
    message: { role: "user", content: [{ text: TEXT }] },
  });
}

function page(at: number): FaceRequest {
  const query = `page=${at + 1}&page_size=${PAGE_SIZE}`;
  return { method: "GET", path: `${agentsOf(SESSION_COUNT)}/a/messages?${query}`, status: 200 };
}

function post(path: string, body: object): FaceRequest {
  return { method: "POST", path, body: JSON.stringify(body), status: 201 };
}
