// A server that is killed in the middle of its work loses nothing that it acknowledged. `CRASH_ROUNDS=1000` is the long
// run; `CRASH_SEED` makes the choices of an earlier run again. SIGKILL leaves what the process wrote in the system's
// cache, so this shows order, recovery and the claims, and no missing sync: those tests stand with the recorder's.
import { expect, onTestFinished, test } from "vitest";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { AnonymousWorkload } from "./anonymous_workload.ts";
import { BackendWorkload } from "./backend_workload.ts";
import { CrashRounds } from "./crash_rounds.ts";
import { SessionWorkload } from "./session_workload.ts";

const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 50);
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const ROUND_MS_MAX = 35_000;

test("rounds of SIGKILL: what was acknowledged is recovered, once and in order, and nothing else", {
  timeout: ROUNDS * ROUND_MS_MAX,
}, async () => {
  console.info(`CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}`);
  const ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  const sessions = new SessionWorkload();
  const anonymous = new AnonymousWorkload();
  const backend = new BackendWorkload();
  const rounds = new CrashRounds(ledger, SEED, [sessions, anonymous, backend]);
  onTestFinished(() => {
    const faces = { sessions: sessions.report, anonymous: anonymous.report, backend: backend.report };
    console.info(JSON.stringify({ ...rounds.report, ...faces }));
  });
  await rounds.run(ROUNDS);
  expect(sessions.report.acknowledged).toBeGreaterThanOrEqual(ROUNDS);
  expect(backend.report.acknowledged).toBeGreaterThanOrEqual(ROUNDS);
  expect(anonymous.report.deleted).toBeGreaterThanOrEqual(ROUNDS / 4);
  expect(await ledger.stop("SIGTERM")).toBe(0);
});
