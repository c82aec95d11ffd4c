import type { EventToAppend, Line } from "@session-ledger/session_contract";
import type { AgentCommand } from "./agent_commands.ts";
import { decideOnAgents } from "./agent_decider.ts";
import { AgentSession } from "./agent_session.ts";

const RECORD_ID = "b1f6d0a2-3c4e-4f5a-8b6c-7d8e9f0a1b2c";
const BEGIN_MS = Date.parse("2026-11-21T09:30:00.000Z");

/** The log of a session of agents, line by line a second apart. */
export class TestAgentLog {
  readonly lines: Line[] = [];
  readonly session = new AgentSession();

  /** Decides commands, and records what they cause. */
  do(...commands: readonly AgentCommand[]): this {
    for (const command of commands) {
      const event = decideOnAgents(command, this.session, { record_id: () => RECORD_ID });
      if (event !== undefined) this.record(event);
    }
    return this;
  }

  record(event: EventToAppend): void {
    const seq = this.lines.length + 1;
    const recorded_at = new Date(BEGIN_MS + seq * 1_000).toISOString();
    const line = { ...event, seq, recorded_at, hash: seq.toString(16).padStart(64, "0") };
    this.lines.push(line);
    this.session.apply(line);
  }

  /** Takes the content of a line away, as an operator does. */
  erase(seq: number): void {
    this.lines[seq - 1] = { ...this.lines[seq - 1]!, event: { $erased: "f".repeat(64) } };
    this.record({ type: "line.erased", event: { record_id: RECORD_ID, seq } });
  }

  /** The session as a fold of the whole log has it. */
  refolded(): AgentSession {
    const session = new AgentSession();
    for (const line of this.lines) session.apply(line);
    return session;
  }
}
