import type { ErrorCode } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import { SessionRejected } from "../session_rejected.ts";
import type { AgentCommand } from "./agent_commands.ts";
import type { AgentSession } from "./agent_session.ts";
import { TestAgentLog } from "./test_agent_log.ts";

const agent_id = "planner";
const message = { role: "user", content: "hello" };
const redact_message = { role: "user", content: "[hidden]" };
const START: AgentCommand = { type: "create_session", input: { session_id: "s-1" } };
const AGENT: AgentCommand = { type: "create_agent", input: { agent_id } };
const say = (message_id: number): AgentCommand => ({
  type: "create_message",
  agent_id,
  input: { message_id, message },
});
const began = (): TestAgentLog => new TestAgentLog().do(START, AGENT, say(7));
const at = (second: number): number => Date.parse("2026-11-21T09:30:00.000Z") + second * 1_000;
const rowOf = (session: AgentSession, message_id = 7) =>
  session.agents.get(agent_id)?.messages.get(message_id);

describe("given / when / then", () => {
  test("a session begins with its type and without a state", () => {
    const { lines } = new TestAgentLog().do(START);
    expect(lines).toMatchObject([
      {
        type: "session.started",
        kind: "agent",
        event: { session_id: "s-1", session_type: "AGENT", multi_agent_state: null },
      },
    ]);
  });

  test("a change keeps the time of creation, and says where each content stands now", () => {
    const log = began().do(
      { type: "update_agent", agent_id, input: { state: { turn: 1 } } },
      { type: "update_message", agent_id, message_id: 7, input: { message } },
      { type: "update_session", input: { multi_agent_state: { turn: 1 } } },
    );
    expect(log.session.agents.get(agent_id)).toMatchObject({
      created_ms: at(2),
      updated_ms: at(4),
      state_seqs: { state: 4, conversation_manager_state: 2, internal_state: 2 },
    });
    expect(rowOf(log.session)).toMatchObject({ created_ms: at(3), updated_ms: at(5), content_seq: 5 });
    expect(log.session.row).toEqual({
      session_type: "AGENT",
      created_ms: at(1),
      updated_ms: at(6),
      state_seq: 6,
    });
  });

  test("a change of nothing records nothing", () => {
    const log = began().do(
      { type: "update_session", input: {} },
      { type: "update_agent", agent_id, input: {} },
      { type: "update_message", agent_id, message_id: 7, input: { redact_message: null } },
    );
    expect(log.lines).toHaveLength(3);
  });

  test("a redaction stays, whatever the message becomes", () => {
    const log = began().do(
      { type: "update_message", agent_id, message_id: 7, input: { redact_message } },
      { type: "update_message", agent_id, message_id: 7, input: { message, redact_message: null } },
    );
    expect(log.lines.slice(3).map(({ type }) => type)).toEqual(["message.redacted", "message.updated"]);
    expect(rowOf(log.session)).toMatchObject({ content_seq: 5, redaction_seq: 4 });
  });

  test("a deleted agent takes its messages, and comes back without them", () => {
    const log = began().do({ type: "delete_agent", agent_id }, AGENT);
    expect(log.session.agents.get(agent_id)?.messages.size).toBe(0);
    expect(log.session.bytes).toBe(new TestAgentLog().do(START, AGENT).session.bytes);
  });

  test("a message that is made anew after its deletion has a new time and no redaction", () => {
    const log = began().do(
      { type: "update_message", agent_id, message_id: 7, input: { redact_message } },
      { type: "delete_message", agent_id, message_id: 7 },
      say(7),
    );
    expect(rowOf(log.session)).toMatchObject({ created_ms: at(6), content_seq: 6, redaction_seq: 0 });
  });
});

const update_agent = { type: "update_agent", agent_id: "nobody", input: {} } as const;
test.each<[string, AgentCommand, ErrorCode]>([
  ["a session twice", START, "SESSION_EXISTS"],
  ["an agent twice", AGENT, "AGENT_EXISTS"],
  ["a message twice", say(7), "MESSAGE_EXISTS"],
  ["a change of an unknown agent", update_agent, "AGENT_NOT_FOUND"],
  ["a message of an unknown agent", { ...say(8), agent_id: "nobody" } as AgentCommand, "AGENT_NOT_FOUND"],
  [
    "the deletion of an unknown message",
    { type: "delete_message", agent_id, message_id: 8 },
    "MESSAGE_NOT_FOUND",
  ],
])("%s is rejected and records nothing", (_, command, code) => {
  const log = began();
  expect(() => log.do(command)).toThrow(expect.objectContaining({ code, constructor: SessionRejected }));
  expect(log.lines).toHaveLength(3);
});

test("before the first line everything but the start is rejected", () => {
  for (const command of [AGENT, say(7), update_agent]) {
    expect(() => new TestAgentLog().do(command)).toThrow(/SESSION_NOT_FOUND/);
  }
});

describe("erased content", () => {
  test("of a message leaves none", () => {
    const log = began();
    log.erase(3);
    expect(rowOf(log.refolded())).toBeUndefined();
  });

  test("of a message's first line leaves what hides it, with the time of its creation", () => {
    const log = began().do({ type: "update_message", agent_id, message_id: 7, input: { redact_message } });
    log.erase(3);
    expect(rowOf(log.refolded())).toEqual({
      message_id: 7,
      created_ms: at(3),
      updated_ms: at(4),
      content_seq: 0,
      redaction_seq: 4,
    });
  });
});
