import { randomBytes } from "node:crypto";
import { v4 } from "uuid";

/** Where fresh ids come from. None can be guessed. */
export interface IdGenerator {
  /** The configured prefix and 16 lower-case hex digits. Whether the id is free is for the caller to see. */
  sessionId(): string;
  /** A random UUID. */
  recordId(): string;
}

export function createIdGenerator(session_id_prefix: string): IdGenerator {
  return {
    sessionId: () => session_id_prefix + randomBytes(8).toString("hex"),
    recordId: () => v4(),
  };
}
