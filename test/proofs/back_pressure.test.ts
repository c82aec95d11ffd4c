// What a slow disk cannot take is refused, not kept: memory is bounded by the queue. The disk here stands still
// while a file stands, so that every request of a flood meets it.
import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type LogName, openRecorder } from "@session-ledger/schema_recorder";
import { expect, onTestFinished, test } from "vitest";
import { type Answered, post } from "../e2e/http_exchange.ts";
import { APPEND, messageInput, openSession, type SessionNames } from "../e2e/operations.ts";
import { startServer } from "../server/server_process.ts";
import { messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { expectRecorded } from "./recorded.ts";
import { sizeOf } from "./system_needs.ts";

const MIB = 2 ** 20;

/** The recorder's own limits: appends that may wait, and their bytes. */
const QUEUE_APPENDS_MAX = 10_000;
const QUEUE_BYTES_MAX = 64 * MIB;

const FLOODS = sizeOf("FLOODS", 2);
const SESSIONS = 200;
const LOG: LogName = { user_id: "user", session_id: "sess_00000000000000aa" };
const STANDSTILL_MS_MAX = 10_000;
const TEXT = "x".repeat(450 * 1024);

/**
 * What the server may hold of a full queue: its bytes, as text and as lines, and the requests they came in. Measured
 * as some 500 MiB at the peak of the first flood on Node 24; later floods add nothing that lasts.
 */
const PEAK_BYTES_MAX = 900 * MIB;
const GROWTH_BYTES_MAX = 150 * MIB;

/** What a process has in RAM: now (`VmRSS`), or at most so far (`VmHWM`). Linux only. */
async function memoryOf(pid: number, measure: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${measure}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
}

/** Sends a large message to every session while the disk stands still, and lets it go on at the first refusal. */
async function flood(url: string, sessions: readonly SessionNames[], gate: string) {
  await writeFile(gate, "");
  // A server that refuses nothing would wait for ever, and so would the test.
  const deadline = setTimeout(() => void rm(gate, { force: true }), STANDSTILL_MS_MAX);
  const answers = sessions.map(async (session): Promise<[SessionNames, string, Answered]> => {
    const record_id = randomUUID();
    const answer = await post(url, APPEND, { ...messageInput(session), record_id, text: TEXT });
    if (answer.status === 503) await rm(gate, { force: true });
    return [session, record_id, answer];
  });
  return Promise.all(answers).finally(() => clearTimeout(deadline));
}

test.runIf(process.platform === "linux")(
  `${FLOODS} floods of a disk that stands still: the rest is refused, memory stays flat, nothing is lost`,
  { timeout: 60_000 + FLOODS * 20_000 },
  async () => {
    const folder = await tempRoot();
    const [log_root, gate] = [join(folder, "logs"), join(folder, "gate")];
    const preload = pathToFileURL(join(import.meta.dirname, "preload", "gated_sync.ts"));
    const { server, url } = await startServer({
      LOG_ROOT: log_root,
      SYNC_GATE: gate,
      NODE_OPTIONS: `--import ${preload}`,
    });
    onTestFinished(async () => {
      await server.kill();
    });
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession(url)));
    const acknowledged = [];
    const peaks: number[] = [];
    for (let left = FLOODS; left > 0; left -= 1) {
      const answers = await flood(url, sessions, gate);
      const refused = answers.filter(([, , { status }]) => status !== 201);
      expect(refused.length).toBeGreaterThan(0);
      for (const [, , { status, headers, body }] of refused) {
        expect([status, body["code"]]).toEqual([503, "STORE_OVERLOADED"]);
        expect(Number(headers["retry-after"])).toBeGreaterThan(0);
      }
      const taken = answers.filter(([, , { status }]) => status === 201);
      expect(taken.length * TEXT.length).toBeGreaterThanOrEqual(QUEUE_BYTES_MAX);
      acknowledged.push(...taken.map(([session, record_id]) => ({ ...session, record_id })));
      peaks.push(await memoryOf(server.pid, "VmHWM"));
    }
    console.info(
      JSON.stringify({
        acknowledged: acknowledged.length,
        refused: FLOODS * SESSIONS - acknowledged.length,
        peak_mib: peaks.map((bytes) => Math.round(bytes / MIB)),
      }),
    );
    expect(peaks[0]).toBeLessThan(PEAK_BYTES_MAX);
    expect(peaks.at(-1)! - peaks[0]!).toBeLessThan(GROWTH_BYTES_MAX);
    await expectRecorded(log_root, acknowledged);
  },
);

test("the queue takes so many appends and refuses the rest at once, however many there are", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  const results = await Promise.allSettled(
    Array.from({ length: 3 * QUEUE_APPENDS_MAX }, (_, seq) =>
      recorder.append(LOG, [seq === 0 ? startedEvent(LOG) : messageEvent(LOG)], { expected_seq: seq }),
    ),
  );
  const codes = results.map((result) => (result.status === "fulfilled" ? "durable" : result.reason.code));
  expect(codes.filter((code) => code === "durable")).toHaveLength(QUEUE_APPENDS_MAX);
  expect(codes.filter((code) => code === "STORE_OVERLOADED")).toHaveLength(2 * QUEUE_APPENDS_MAX);
  // What was refused left nothing behind, and the queue is free again.
  expect(await recorder.find(LOG.session_id)).toMatchObject([{ state: { seq: QUEUE_APPENDS_MAX } }]);
  await recorder.append(LOG, [messageEvent(LOG)], { expected_seq: QUEUE_APPENDS_MAX });
  await recorder.close();
});
