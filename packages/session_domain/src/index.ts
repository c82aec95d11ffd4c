export * from "./commands.ts";
export * from "./decider.ts";
export * from "./decision.ts";
export * from "./not_found.ts";
export * from "./session_rejected.ts";
export * from "./session_state.ts";
export * from "./session_summary.ts";
