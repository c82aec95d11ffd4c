import { randomUUID } from "node:crypto";
import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { type AgentCommand, AgentSession, decideOnAgents } from "@session-ledger/session_domain";
import { fromMessage, newAgentId, SESSION_TYPE, toMessage } from "./record_messages.ts";
import type { Place, RecordsAfter } from "./record_store.ts";
import type { StorageRecord } from "./storage_record.ts";

const STAMP = { record_id: () => randomUUID() };

/** The events that put records behind a place, as the session backend would have them, and the agent that they name. */
export function eventsAfter(
  list: string,
  place: Place | undefined,
  records: readonly StorageRecord[],
): { readonly agent_id: string; readonly events: readonly EventToAppend[] } {
  const agent_id = place?.agent_id ?? newAgentId();
  const count = place?.count ?? 0;
  const commands: AgentCommand[] = [
    { type: "create_session", input: { session_id: list, session_type: SESSION_TYPE } },
    { type: "create_agent", input: { agent_id } },
    ...records.map((record, at): AgentCommand => {
      return { type: "create_message", agent_id, input: toMessage(record, count + at + 1) };
    }),
  ];
  // What stands before the place is decided on once more, since the rest is decided on it.
  const session = new AgentSession();
  const events = commands.flatMap((command) => {
    const event = decideOnAgents(command, session, STAMP) ?? [];
    for (const each of [event].flat()) session.apply(provisionalLine(each, session.seq + 1));
    return event;
  });
  const begun = place === undefined ? 0 : place.agent_id === undefined ? 1 : 2;
  return { agent_id, events: events.slice(begun) };
}

/** The records that a log holds: the messages of its first agent. */
export async function recordsIn(lines: AsyncIterable<Line>): Promise<RecordsAfter | undefined> {
  const records: StorageRecord[] = [];
  let agent_id: string | undefined;
  let hash: string | undefined;
  for await (const { type, event, hash: line_hash } of lines) {
    hash = line_hash;
    if (type === "agent.created") agent_id ??= String(event["agent_id"]);
    if (type !== "message.created" || event["agent_id"] !== agent_id) continue;
    records.push(fromMessage(event["message"] as { content?: unknown }));
  }
  if (hash === undefined) return undefined;
  return { from_start: true, records, place: { count: records.length, agent_id, hash } };
}

/** A line as far as the rules look at it before it is recorded. */
function provisionalLine(event: EventToAppend, seq: number): Line {
  return { ...event, seq, recorded_at: "", hash: "" };
}
