import { type Logger, pino } from "pino";
import type { ServerConfig } from "./config.ts";

/**
 * The operator's log: one JSON object a line on stdout, written at once, so that nothing is lost if the process
 * ends. It never holds a body, a note or a message's payload.
 */
export function createLogger(level: ServerConfig["log_level"]): Logger {
  return pino({
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  });
}
