import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, most first. Vitest knows that only from an earlier run, which a fresh checkout has not. */
const LONGEST = [
  "test/crash/sigkill.test.ts",
  "test/conformance/jsonl.test.ts",
  "schema_recorder/src/crash_states/crash_states.test.ts",
  "test/cli/operators.test.ts",
  "test/e2e/lifecycle_model.test.ts",
  "test/proofs/full_disk.test.ts",
  "test/recorder/flipped_catalog.test.ts",
];

/** Runs the longest files first, so that none is left to one core at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((first, second) => rankOf(first) - rankOf(second));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
  return rank < 0 ? LONGEST.length : rank;
}
