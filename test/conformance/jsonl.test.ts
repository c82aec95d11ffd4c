import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeRecorder } from "@session-ledger/recorder_conformance";
import { openRecorder } from "@session-ledger/schema_recorder";

describeRecorder("the JSONL recorder", {
  several_writers: false,
  create: async (clock) => {
    const root = await mkdtemp(join(tmpdir(), "session-ledger-"));
    return {
      open: () => openRecorder({ root, clock }),
      remove: () => rm(root, { recursive: true }),
    };
  },
});
