export * from "./recorder.ts";
export * from "./recorder_error.ts";
