import {
  EVENT_SCHEMAS,
  type EventToAppend,
  isExecutionId,
  type KnownEventType,
} from "@session-ledger/session_contract";
import { type Command, type Decision, decide, evolve, INITIAL_STATE } from "@session-ledger/session_domain";
import { v4 as uuidv4 } from "uuid";
import type { TableRow } from "./table_row.ts";

/** A command that the session's past must have held, and when. */
interface PastCommand {
  readonly at: string;
  readonly command: Command;
}

/**
 * What a row's session went through, decided command by command as it would have been at the time: its events, and
 * its user's claim if it is still open. The performer is the system, since a table does not say who acted.
 */
export function decideRow(row: TableRow): Decision {
  const events: EventToAppend[] = [];
  let session = INITIAL_STATE;
  let claim: string | undefined;
  for (const { at, command } of pastOf(row)) {
    const stamp = { session_id: () => row.session_id, record_id: () => uuidv4(), timestamp: () => at };
    const decision = decide(command, { session, user_has_active: false, record_id_used: false }, stamp);
    for (const event of decision.events) {
      EVENT_SCHEMAS[event.type as KnownEventType].parse(event.event);
      events.push(event);
      session = evolve(session, { ...event, seq: events.length, recorded_at: at });
    }
    if (decision.claim !== undefined) claim = decision.claim;
    if (decision.release !== undefined) claim = undefined;
  }
  return claim === undefined ? { events } : { events, claim };
}

function pastOf(row: TableRow): PastCommand[] {
  const { user_id, session_id, state, created_at, changed_at, ended_at } = row;
  const cause = { trigger: "import" } as const;
  const performer = { user_id, performer_id: "system" };
  const input = { ...performer, session_id };
  const kind = isExecutionId(session_id) ? "execution" : "interaction";
  const past: PastCommand[] = [
    { at: created_at, command: { type: "start", input: { ...performer, kind }, cause } },
  ];
  if (state === "paused") past.push({ at: changed_at!, command: { type: "pause", input, cause } });
  if (state === "stopped") past.push({ at: changed_at!, command: { type: "end", input, cause } });
  if (state === "deleted") {
    past.push({ at: ended_at!, command: { type: "end", input, cause } });
    past.push({ at: changed_at!, command: { type: "delete", input, cause } });
  }
  return past;
}
