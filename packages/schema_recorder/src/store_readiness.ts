import type { Readiness } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import type { OpenStore } from "./store_opening.ts";

/** Whether a store takes appends now. `assertWritable` throws if it takes none whatever the disk is like. */
export async function readinessOf(store: OpenStore, assertWritable: () => void): Promise<Readiness> {
  try {
    assertWritable();
    const free_bytes = await store.disk.freeBytes(store.root);
    if (free_bytes < store.free_bytes_min) throw new RecorderError("STORE_FULL");
    return { ready: true };
  } catch (error) {
    return {
      ready: false,
      reason: error instanceof RecorderError ? error.detail : "The store cannot be read.",
    };
  }
}
