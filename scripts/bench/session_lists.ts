// How long a page of a long list takes over HTTP, and whether it takes longer the deeper it is.
import { openRecorder } from "@session-ledger/schema_recorder";
import { endedEvent, startedEvent } from "../../test/support/session_events.ts";
import { type BenchRun, newFolder } from "./bench_run.ts";
import { forgetfulDisk } from "./forgetful_disk.ts";
import { type MeasuredProcess, startLedger } from "./measured_process.ts";
import { inParallel } from "./open_sessions.ts";
import { type Row, rounded } from "./row.ts";
import { median } from "./statistics.ts";

const SESSIONS = 100_000;
const USERS = 1_000;
const PAGE_MS_MAX = 20;
const FIRST_START_MS = Date.parse("2026-01-01T00:00:00.000Z");
/** One session in so many executed something: a filter that few pass. */
const EXECUTIONS_EVERY = 1_000;

/** How many pages stand for a depth. */
const PAGES = 100;

const LISTS = {
  "every session": "limit=50",
  "every session, 200 a page": "limit=200",
  "one session in a thousand": "limit=5&kind=execution",
} as const;

/** Pages of one depth, as one round saw them. */
interface Pages {
  readonly page_ms: number;
  readonly cpu_ms: number;
}

export async function measureLists(run: BenchRun): Promise<readonly Row[]> {
  const root = await newFolder(run, "lists");
  run.progress(`making a catalog of ${SESSIONS} sessions`);
  await fillCatalog(root);
  const server = await startLedger(root);
  const rows: Row[] = [];
  for (const [name, query] of Object.entries(LISTS)) {
    run.progress(`paging through ${name}`);
    const addresses = await pagesOf(`${server.url}/session_manager/sessions?${query}`);
    const near: Pages[] = [];
    const deep: Pages[] = [];
    for (let round = 1; round <= run.rounds; round += 1) {
      near.push(await readPages(server, fill(addresses.slice(0, PAGES))));
      deep.push(await readPages(server, fill(addresses.slice(-PAGES).reverse())));
    }
    rows.push(toRow(name, near, deep));
  }
  await server.stop();
  return rows;
}

/** The address of each page of a list. */
async function pagesOf(list: string): Promise<string[]> {
  const addresses = [list];
  for (;;) {
    const answer = await fetch(addresses.at(-1)!);
    const { next_cursor } = (await answer.json()) as { next_cursor: string | null };
    if (next_cursor === null) return addresses;
    addresses.push(`${list}&cursor=${next_cursor}`);
  }
}

/** As many addresses as make a measure, each again where a list has fewer pages. */
function fill(addresses: readonly string[]): string[] {
  return Array.from({ length: PAGES }, (_, index) => addresses[index % addresses.length]!);
}

/** Wall time is the client's and so takes in what else the machine does; CPU time is the server's alone. */
async function readPages(server: MeasuredProcess, addresses: readonly string[]): Promise<Pages> {
  const pages_ms: number[] = [];
  const begin_s = server.cpuSeconds();
  for (const address of addresses) {
    const begin_ms = performance.now();
    await (await fetch(address)).arrayBuffer();
    pages_ms.push(performance.now() - begin_ms);
  }
  return {
    page_ms: median(pages_ms),
    cpu_ms: ((server.cpuSeconds() - begin_s) * 1000) / addresses.length,
  };
}

async function fillCatalog(root: string): Promise<void> {
  const recorder = await openRecorder({ root, commit_disk: forgetfulDisk(root) });
  await inParallel(SESSIONS, async (at) => {
    const log = { user_id: `user${at % USERS}`, session_id: `sess_${at.toString(16).padStart(16, "0")}` };
    const { event, ...start } = startedEvent(log);
    const kind = at % EXECUTIONS_EVERY === 0 ? "execution" : "interaction";
    const start_time = new Date(FIRST_START_MS + at * 1_000).toISOString();
    const events = [{ ...start, kind, event: { ...event, start_time } } as const, endedEvent(log)];
    await recorder.append(log, events, { expected_seq: 0 });
  });
  await recorder.close();
}

function toRow(name: string, near: readonly Pages[], deep: readonly Pages[]): Row {
  const told = (pages: readonly Pages[]): string =>
    `${rounded(median(pages.map(({ page_ms }) => page_ms)))} ms, CPU ${rounded(median(pages.map(({ cpu_ms }) => cpu_ms)))} ms`;
  const deep_ms = median(deep.map(({ page_ms }) => page_ms));
  return {
    measure: `a page at the end of a list of ${rounded(SESSIONS)} sessions: ${name}`,
    ours: told(deep),
    peer: `at its beginning: ${told(near)}`,
    ratio: median(deep.map(({ cpu_ms }, round) => cpu_ms / near[round]!.cpu_ms)),
    reach: `under ${PAGE_MS_MAX} ms, at any depth`,
    reached: deep_ms < PAGE_MS_MAX,
    bound_by: "reading rows one by one, and writing JSON",
  };
}
