import { describeRecorder } from "@session-ledger/recorder_conformance";
import { createMemoryRecorder, createMemoryStore } from "@session-ledger/schema_recorder";

describeRecorder("the memory recorder", {
  several_writers: true,
  create: async (clock) => {
    const store = createMemoryStore();
    return {
      open: async () => createMemoryRecorder({ clock, store }),
      remove: async () => store.logs.clear(),
    };
  },
});
