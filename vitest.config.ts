import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{apps,packages}/*/src/**/*.test.ts", "test/**/*.test.ts"],
    reporters: ["default", "./scripts/summary_reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
