// What a power cut can leave, recovered. `CRASH_STATES=100000` is the long run; `CRASH_SEED` makes the histories of an
// earlier run again.
import { describe, expect, test } from "vitest";
import { runCrashStates } from "./test_crash_run.ts";
import { SOUND } from "./test_mutant.ts";
import { MUTANTS } from "./test_mutants.ts";

const STATES = Number(process.env["CRASH_STATES"] ?? 5_000);
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
/** Each mutant is caught well before that many. */
const MUTANT_STATES_MAX = 60_000;
const MUTANT_SEED = 200;
/** Where few histories show a fault: one that does. Should it no longer, those after it are tried. */
const TELLING_SEEDS: Readonly<Record<string, number>> = {
  "the folders of logs are not synced at a checkpoint": 204,
  "logs are not synced at a checkpoint": 204,
  "a segment is removed before its logs are synced": 204,
  "an erasure is acknowledged while a segment holds the bytes": 203,
  "a log is erased before the entry of its erasure is durable": 208,
  "a start does not do an erasure again": 203,
  "a torn end is kept": 211,
};
const STATE_MS_MAX = 40;

test("from every state that a power cut can leave, what was acknowledged is recovered, in order, and nothing that was not submitted", {
  timeout: 60_000 + STATES * STATE_MS_MAX,
}, async () => {
  console.info(`CRASH_SEED=${SEED} CRASH_STATES=${STATES}`);
  const report = await runCrashStates({ seed: SEED, states_min: STATES, mutant: SOUND, cut_everywhere: 1 });
  console.info(JSON.stringify(report));
  expect(report.violations).toEqual([]);
  expect(report.states).toBeGreaterThanOrEqual(STATES);
});

describe("the harness catches", () => {
  test.each(Object.entries(MUTANTS))(
    "%s",
    { timeout: MUTANT_STATES_MAX * STATE_MS_MAX },
    async (name, mutant) => {
      const report = await runCrashStates({
        seed: TELLING_SEEDS[name] ?? MUTANT_SEED,
        states_min: MUTANT_STATES_MAX,
        mutant,
        cut_everywhere: 0,
      });
      expect(report.violations).not.toEqual([]);
    },
  );
});
