import { JsonlRecorder } from "./jsonl_recorder.ts";
import type { StoreOptions } from "./store_opening.ts";

export type RecorderOptions = StoreOptions;

/** Opens the embedded store for writing. See `JsonlRecorder.open`. */
export function openRecorder(options: RecorderOptions): Promise<JsonlRecorder> {
  return JsonlRecorder.open(options);
}
