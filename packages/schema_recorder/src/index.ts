export * from "./jsonl_reader.ts";
export * from "./jsonl_recorder.ts";
export { faultError } from "./log_cursor.ts";
export type { LogReport } from "./log_verifier.ts";
export * from "./memory_recorder.ts";
export * from "./recorder.ts";
export * from "./recorder_error.ts";
export type { TailRepair } from "./torn_tail.ts";
