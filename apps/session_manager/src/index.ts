export { type Clock, SYSTEM_CLOCK } from "./clock.ts";
export type { OperatorLog, SessionManagerConfig } from "./models.ts";
export { SessionService } from "./service.ts";
export * from "./session_manager.ts";
export { SessionOperators } from "./session_operators.ts";
