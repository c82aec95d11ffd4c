import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/longest_first.ts";

export default defineConfig({
  test: {
    include: ["{apps,packages}/*/src/**/*.test.ts", "test/**/*.test.ts"],
    reporters: ["default", "./scripts/summary_reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By itself vitest keeps one core for its main process, which has next to nothing to do during a run.
    maxWorkers: "100%",
    // Hundreds of the processes that tests start load the same modules; so each module is compiled once.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, ".toolchain", "compile_cache") },
    sequence: { sequencer: LongestFirst },
  },
});
