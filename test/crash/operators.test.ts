// A server that is killed between an operator's request and its answer has done all of it or nothing. `CRASH_ROUNDS=200`
// is the long run; `CRASH_SEED` makes the choices of an earlier run again.
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { OperatorWorkload } from "./operator_workload.ts";
import { RandomNumbers } from "./random_numbers.ts";

const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 4);
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const ROUND_MS_MAX = 35_000;
/** For each of the three acts, at once. */
const TARGETS = 4;

test("rounds of SIGKILL: what an operator asked for is done whole or not at all, and done if it was answered", {
  timeout: ROUNDS * ROUND_MS_MAX,
}, async () => {
  console.info(`CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}`);
  const ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  const random = new RandomNumbers(SEED);
  const operators = new OperatorWorkload(ledger);
  onTestFinished(() => console.info(JSON.stringify(operators.report)));
  for (let round = 0; round < ROUNDS; round += 1) {
    await ledger.start();
    await operators.prepare(TARGETS);
    let left = 1 + random.below(3 * TARGETS - 1);
    await operators.run(() => {
      left -= 1;
      if (left === 0) ledger.signal("SIGKILL");
    });
    expect(await ledger.stop("SIGKILL")).toBeNull();
    await ledger.start();
    await operators.checkRecovered();
    expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0 });
    await ledger.stop(random.below(2) === 0 ? "SIGTERM" : "SIGKILL");
  }
});
