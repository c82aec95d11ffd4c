import { KeyedQueue, type LogName, type Recorder, retryOnConflict } from "@session-ledger/schema_recorder";
import type { EventToAppend, Line } from "@session-ledger/session_contract";
import {
  type AgentCommand,
  decideOnAgents,
  SessionRejected,
  sessionRow,
} from "@session-ledger/session_domain";
import { v4 } from "uuid";
import type { FoldedSessions } from "./folded_sessions.ts";
import type { CommandRequest } from "./models.ts";

export interface CommandRecorderOptions {
  readonly recorder: Recorder;
  readonly sessions: FoldedSessions;
}

/**
 * Decides commands and records what they cause. Commands on one session take turns; the creations of messages run side
 * by side: each is decided on what is durable and recorded behind what is on its way. Memory changes only once a line is
 * durable, so a command that fails leaves nothing behind.
 */
export class CommandRecorder {
  readonly #options: CommandRecorderOptions;
  readonly #lanes = new KeyedQueue();

  constructor(options: CommandRecorderOptions) {
    this.#options = options;
  }

  /** Runs `attempt` while no other command on the session runs, and anew after a conflict. */
  inTurn<Result>(log: LogName, attempt: () => Promise<Result>): Promise<Result> {
    return this.#lanes.run(keyOf(log), () => retryOnConflict(attempt, async () => {}));
  }

  /** Runs `attempt` beside others of its sort, and anew after a conflict, once nothing is on its way any more. */
  beside<Result>(log: LogName, attempt: () => Promise<Result>): Promise<Result> {
    const settle = async (): Promise<void> => (await this.#options.sessions.get(log)).settled();
    return this.#lanes.runBeside(keyOf(log), () => retryOnConflict(attempt, settle));
  }

  /**
   * Decides a command in its turn and records it; undefined if it asks for no change. Throws as `decideOnAgents` does.
   * @throws SessionRejected `PRECONDITION_FAILED`, and RecorderError as `append` does
   */
  async record(log: LogName, command: AgentCommand, request: CommandRequest): Promise<Line | undefined> {
    const folded = await this.#options.sessions.get(log);
    const event = decide(command, folded.session, request);
    if (event === undefined) return undefined;
    const line = await this.#append(log, event, folded.session.seq);
    folded.advance(line);
    return line;
  }

  /** Decides the creation of a message and records it, beside others. Throws as `record` does. */
  async recordBeside(
    log: LogName,
    command: Extract<AgentCommand, { readonly type: "create_message" }>,
    request: CommandRequest,
  ): Promise<Line> {
    const name = `${command.input.message_id} ${command.agent_id}`;
    for (;;) {
      const folded = await this.#options.sessions.get(log);
      if (!folded.mustWaitFor(name)) {
        const event = decide(command, folded.session, request)!;
        return folded.create(name, (expected_seq) => this.#append(log, event, expected_seq));
      }
      await folded.settled();
    }
  }

  /**
   * Erases a session in its turn.
   * @throws SessionRejected `SESSION_NOT_FOUND`, `PRECONDITION_FAILED`, and RecorderError as `erase` does
   */
  async erase(log: LogName, request: CommandRequest): Promise<void> {
    const { session } = await this.#options.sessions.get(log);
    sessionRow(session);
    assertPrecondition(session.seq, request);
    await this.#options.recorder.erase(log, { expected_seq: session.seq });
  }

  /** Resolves when every command that was taken so far has ended. */
  idle(): Promise<void> {
    return this.#lanes.idle();
  }

  async #append(log: LogName, event: EventToAppend, expected_seq: number): Promise<Line> {
    const [line] = await this.#options.recorder.append(log, [event], { expected_seq });
    return line!;
  }
}

function decide(
  command: AgentCommand,
  session: Parameters<typeof decideOnAgents>[1],
  { principal, precondition, idempotency }: CommandRequest,
): EventToAppend | undefined {
  const event = decideOnAgents(command, session, { record_id: v4 });
  assertPrecondition(session.seq, { precondition });
  if (event === undefined) return undefined;
  const cause = { trigger: "api_call", ...(principal !== undefined && { principal }) } as const;
  return { ...event, cause, ...(idempotency !== undefined && { idempotency }) };
}

/**
 * Checked once the command is accepted: a request that fails anyway fails for its own reason.
 * @throws SessionRejected `PRECONDITION_FAILED`
 */
function assertPrecondition(seq: number, { precondition }: Pick<CommandRequest, "precondition">): void {
  if (precondition?.(seq) === false) throw new SessionRejected("PRECONDITION_FAILED");
}

function keyOf({ user_id, session_id }: LogName): string {
  return `${user_id}/${session_id}`;
}
