import type { Command } from "./commands.ts";

/** The type of the event that a command causes once it is accepted. */
export const EVENT_TYPES = {
  start: "session.started",
  end: "session.ended",
  pause: "session.paused",
  resume: "session.resumed",
  delete: "session.deleted",
  append: "message.appended",
} as const satisfies Record<Command["type"], string>;
