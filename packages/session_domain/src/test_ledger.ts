// What the domain's tests share: fixed values, and a ledger in memory that records what the decider decides. It
// stands for the recorder and the service, and does nothing that they may not do.
import type { Cause, EventToAppend, RecordedEvent, StartedKind } from "@session-ledger/session_contract";
import type { Command } from "./commands.ts";
import { decide } from "./decider.ts";
import type { Decision, Stamp } from "./decision.ts";
import { SessionRejected } from "./session_rejected.ts";
import { activeClaim, evolve, INITIAL_STATE, type SessionState } from "./session_state.ts";

export const CAUSE: Cause = { trigger: "api_call" };

/** Freezes a value through and through, so that a function which changes its input throws. */
export function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** The `n`th of a row of UUIDs, version 4. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A stamp whose values count up, and which counts what was drawn. */
export class CountingStamp implements Stamp {
  draws = 0;
  readonly session_id = (kind: StartedKind): string =>
    `${kind === "execution" ? "exec" : "sess"}_${this.#next().toString(16).padStart(16, "0")}`;
  readonly record_id = (): string => uuid(1_000_000 + this.#next());
  readonly timestamp = (): string => new Date(Date.UTC(2026, 10, 21) + this.#next()).toISOString();

  #next(): number {
    this.draws += 1;
    return this.draws;
  }
}

/** The session that a command names; a start names none. */
function namedSession(command: Command): string {
  switch (command.type) {
    case "start":
      return "";
    case "append":
      return command.message.session_id;
    default:
      return command.input.session_id;
  }
}

/** A ledger in memory. */
export class TestLedger {
  readonly logs = new Map<string, RecordedEvent[]>();
  readonly states = new Map<string, SessionState>();
  /** The `session_id` that holds each claim. */
  readonly claims = new Map<string, string>();
  readonly stamp = new CountingStamp();

  state(session_id: string): SessionState {
    return this.states.get(session_id) ?? INITIAL_STATE;
  }

  /** Decides a command on the present state, and records what was decided, or gives back the rejection. */
  submit(command: Command): Decision | SessionRejected {
    const body = command.type === "append" ? command.message : command.input;
    const session_id = namedSession(command);
    const state = frozen({
      session: this.state(session_id),
      user_has_active: this.claims.has(activeClaim(body.user_id)),
      record_id_used: this.#isRecorded(session_id, body.record_id),
    });
    try {
      const decision = decide(frozen(command), state, this.stamp);
      this.#commit(session_id, decision);
      return decision;
    } catch (error) {
      if (error instanceof SessionRejected) return error;
      throw error;
    }
  }

  /** Records an event that no command of this package causes, such as one of a type that is not known. */
  record(session_id: string, event: EventToAppend): void {
    const log = this.logs.get(session_id) ?? [];
    const line = frozen({ seq: log.length + 1, recorded_at: "2026-11-21T00:00:00.000Z", ...event });
    this.logs.set(session_id, [...log, line]);
    this.states.set(session_id, frozen(evolve(this.state(session_id), line)));
  }

  #commit(named: string, { events, claim, release }: Decision): void {
    for (const event of events) {
      const session_id = named === "" ? String(event.event["session_id"]) : named;
      if (claim !== undefined) this.#take(claim, session_id);
      this.record(session_id, event);
    }
    if (release !== undefined) this.#free(release, named);
  }

  #take(claim: string, session_id: string): void {
    if (this.claims.has(claim)) throw new Error(`${claim} is taken twice`);
    this.claims.set(claim, session_id);
  }

  #free(claim: string, session_id: string): void {
    if (this.claims.get(claim) !== session_id) throw new Error(`${claim} is freed by another log`);
    this.claims.delete(claim);
  }

  #isRecorded(session_id: string, record_id: string | null | undefined): boolean {
    const log = this.logs.get(session_id) ?? [];
    return log.some((line) => line.event["record_id"] === record_id);
  }
}
