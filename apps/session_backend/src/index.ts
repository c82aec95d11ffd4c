export * from "./health.ts";
export * from "./session_backend.ts";
