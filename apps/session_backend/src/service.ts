import {
  IdempotentRequests,
  type LogName,
  type Outcome,
  type Recorder,
} from "@session-ledger/schema_recorder";
import type {
  Agent,
  AgentCreateInput,
  AgentMessage,
  AgentMessageCreateInput,
  AgentMessageUpdateInput,
  AgentSession,
  AgentSessionCreateInput,
  AgentSessionUpdateInput,
  AgentUpdateInput,
  Line,
} from "@session-ledger/session_contract";
import { AGENT_EVENT_TYPES, type AgentCommand } from "@session-ledger/session_domain";
import type { CommandRecorder } from "./command_recorder.ts";
import { assertStillShown, createdAgent, createdMessage, createdSession } from "./first_answers.ts";
import type { FoldedSessions } from "./folded_sessions.ts";
import type { CommandRequest } from "./models.ts";
import type { SessionReads } from "./session_reads.ts";

export interface SessionBackendServiceOptions {
  readonly recorder: Recorder;
  readonly sessions: FoldedSessions;
  readonly reads: SessionReads;
  readonly commands: CommandRecorder;
}

/** A command whose answer is the event it causes: it may be repeated under its key. */
type CreateCommand = Extract<AgentCommand, { readonly type: keyof typeof AGENT_EVENT_TYPES }>;

/** Carries out the commands of the face, and answers with what there is then. */
export class SessionBackendService {
  readonly #options: SessionBackendServiceOptions;
  readonly #requests: IdempotentRequests;

  constructor(options: SessionBackendServiceOptions) {
    this.#options = options;
    this.#requests = new IdempotentRequests(options.recorder);
  }

  /** @throws SessionRejected `SESSION_EXISTS`, and RecorderError as `append` does */
  createSession(
    log: LogName,
    input: AgentSessionCreateInput,
    request: CommandRequest,
  ): Promise<Outcome<AgentSession>> {
    // There is no session yet that `If-Match` could name.
    const { precondition: _, ...unconditional } = request;
    return this.#create(log, { type: "create_session", input }, unconditional, createdSession);
  }

  /** @throws SessionRejected `SESSION_NOT_FOUND`, `PRECONDITION_FAILED`, and RecorderError as `append` does */
  updateSession(
    log: LogName,
    input: AgentSessionUpdateInput,
    request: CommandRequest,
  ): Promise<Outcome<AgentSession>> {
    const { reads } = this.#options;
    return this.#change(log, { type: "update_session", input }, request, () => reads.session(log));
  }

  /** Erases a session for good, with its agents and messages. Throws as `updateSession` does. */
  deleteSession(log: LogName, request: CommandRequest): Promise<void> {
    const { commands } = this.#options;
    return commands.inTurn(log, () => commands.erase(log, request));
  }

  /** Throws as `updateSession` does, and SessionRejected `AGENT_EXISTS`. */
  createAgent(log: LogName, input: AgentCreateInput, request: CommandRequest): Promise<Outcome<Agent>> {
    return this.#create(log, { type: "create_agent", input }, request, createdAgent);
  }

  /** Throws as `updateSession` does, and SessionRejected `AGENT_NOT_FOUND`. */
  updateAgent(
    log: LogName,
    agent_id: string,
    input: AgentUpdateInput,
    request: CommandRequest,
  ): Promise<Outcome<Agent>> {
    const { reads } = this.#options;
    const command = { type: "update_agent", agent_id, input } as const;
    return this.#change(log, command, request, () => reads.agent(log, agent_id));
  }

  /** Throws as `updateAgent` does. */
  async deleteAgent(log: LogName, agent_id: string, request: CommandRequest): Promise<void> {
    await this.#change(log, { type: "delete_agent", agent_id }, request, async () => undefined);
  }

  /** Throws as `updateAgent` does, and SessionRejected `MESSAGE_EXISTS`. */
  createMessage(
    log: LogName,
    agent_id: string,
    input: AgentMessageCreateInput,
    request: CommandRequest,
  ): Promise<Outcome<AgentMessage>> {
    return this.#create(log, { type: "create_message", agent_id, input }, request, createdMessage);
  }

  /** Throws as `updateAgent` does, and SessionRejected `MESSAGE_NOT_FOUND`. */
  updateMessage(
    log: LogName,
    agent_id: string,
    message_id: number,
    input: AgentMessageUpdateInput,
    request: CommandRequest,
  ): Promise<Outcome<AgentMessage>> {
    const { reads } = this.#options;
    const command = { type: "update_message", agent_id, message_id, input } as const;
    return this.#change(log, command, request, () => reads.message(log, agent_id, message_id));
  }

  /** Throws as `updateMessage` does. */
  async deleteMessage(
    log: LogName,
    agent_id: string,
    message_id: number,
    request: CommandRequest,
  ): Promise<void> {
    const command = { type: "delete_message", agent_id, message_id } as const;
    await this.#change(log, command, request, async () => undefined);
  }

  #change<Answer>(
    log: LogName,
    command: AgentCommand,
    request: CommandRequest,
    read: () => Promise<Answer>,
  ): Promise<Answer> {
    const { commands } = this.#options;
    return commands.inTurn(log, async () => {
      await commands.record(log, command, request);
      return read();
    });
  }

  #create<Answer>(
    log: LogName,
    command: CreateCommand,
    request: CommandRequest,
    created: (line: Line) => Answer,
  ): Promise<Outcome<Answer>> {
    const { commands, sessions } = this.#options;
    // Where a session stands is known only while nothing is on its way to it.
    const runs_beside = command.type === "create_message" && request.precondition === undefined;
    const record = async (): Promise<Line> =>
      runs_beside
        ? commands.recordBeside(log, command, request)
        : (await commands.record(log, command, request))!;
    return this.#requests.once(keyedRequest(log, command, request), request.idempotency, {
      inTurn: (attempt) => (runs_beside ? commands.beside(log, attempt) : commands.inTurn(log, attempt)),
      attempt: async () => {
        const line = await record();
        return { answer: created(line), seq: line.seq };
      },
      isOwn: (line) => command.type !== "create_message" || line.event["agent_id"] === command.agent_id,
      answerOf: async (line) => {
        assertStillShown(line, (await sessions.get(log)).session);
        return created(line);
      },
    });
  }
}

function keyedRequest({ user_id, session_id }: LogName, { type }: CreateCommand, request: CommandRequest) {
  const path = { kind: "agent", user_id, ...(type !== "create_session" && { session_id }) } as const;
  return { type: AGENT_EVENT_TYPES[type], principal: request.principal, path };
}
