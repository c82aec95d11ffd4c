import { createReadStream } from "node:fs";
import {
  type EventToAppend,
  SessionManagerEndOutputSchema,
  toServerTime,
} from "@session-ledger/session_contract";
import { decide, evolve, INITIAL_STATE, isOpen, type SessionState } from "@session-ledger/session_domain";
import { v4 as uuidv4 } from "uuid";
import { splitLines } from "../source_lines.ts";
import { Unmappable } from "../unmappable.ts";
import type { UpstreamFile } from "./upstream_files.ts";
import { mapUpstreamLine } from "./upstream_line.ts";

/**
 * The events of an upstream log in order, one for each line. Reading stops after `lines_max` lines: a log that is
 * read twice may have grown in between.
 * @throws Unmappable
 */
export async function* readUpstreamLog(
  source: UpstreamFile,
  lines_max = Number.POSITIVE_INFINITY,
): AsyncGenerator<EventToAppend, void> {
  const chunks = createReadStream(source.path);
  let state = INITIAL_STATE;
  try {
    for await (const line of splitLines(chunks)) {
      if (line.number > lines_max) return;
      const event = mapUpstreamLine(line, source.log, state.status);
      state = follow(state, event);
      yield event;
    }
    if (state.status === "none") throw new Unmappable(null, "the file is empty");
  } catch (error) {
    throw error instanceof Unmappable ? error : unreadable(error);
  } finally {
    chunks.destroy();
  }
}

/** The events, and after them the end that the system gives a session which has none. */
export async function* withSystemEnd(
  events: AsyncIterable<EventToAppend>,
  clock: () => number,
): AsyncGenerator<EventToAppend, void> {
  let state = INITIAL_STATE;
  for await (const event of events) {
    state = follow(state, event);
    yield event;
  }
  if (isOpen(state)) yield systemEnd(state, clock);
}

/** The state after an event that is about to be recorded, whose time of recording plays no part. */
function follow(state: SessionState, event: EventToAppend): SessionState {
  return evolve(state, { ...event, seq: state.seq + 1, recorded_at: "" });
}

function systemEnd(session: SessionState, clock: () => number): EventToAppend {
  const input = { user_id: session.user_id!, session_id: session.session_id!, performer_id: "system" };
  const stamp = {
    session_id: () => input.session_id,
    record_id: () => uuidv4(),
    timestamp: () => toServerTime(clock()),
  };
  const state = { session, user_has_active: true, record_id_used: false };
  const [ended] = decide({ type: "end", input, cause: { trigger: "import" } }, state, stamp).events;
  SessionManagerEndOutputSchema.parse(ended!.event);
  return ended!;
}

function unreadable(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return code === undefined ? error : new Unmappable(null, "the file cannot be read", code);
}
