export * from "./anonymous_sessions.ts";
