// A server that is killed in the middle of its work loses nothing that it acknowledged. `CRASH_ROUNDS=200` is the long
// run; `CRASH_SEED` makes the choices of an earlier run again. SIGKILL leaves what the process wrote in the system's
// cache, so this shows order, recovery and the claims, and no missing sync: those tests stand with the recorder's.
import { expect, onTestFinished, test } from "vitest";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { CrashRounds } from "./crash_rounds.ts";

const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 20);
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const ROUND_MS_MAX = 35_000;

test("rounds of SIGKILL: what was acknowledged is recovered, once and in order, and nothing else", {
  timeout: ROUNDS * ROUND_MS_MAX,
}, async () => {
  console.info(`CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}`);
  const ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  const rounds = new CrashRounds(ledger, SEED);
  onTestFinished(() => console.info(JSON.stringify(rounds.report)));
  await rounds.run(ROUNDS);
  expect(rounds.report.acknowledged).toBeGreaterThanOrEqual(ROUNDS);
  expect(await ledger.stop("SIGTERM")).toBe(0);
});
