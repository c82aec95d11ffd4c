import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new empty folder, removed when the test ends. */
export async function tempRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "session-ledger-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}
