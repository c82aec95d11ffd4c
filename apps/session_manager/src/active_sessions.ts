import { type LogName, TransientMap } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { claimOf, fold } from "@session-ledger/session_domain";
import type { KnownSession } from "./models.ts";

/** A session that is active or paused, held in memory. */
export interface ActiveSession extends KnownSession {
  /** When the last event was recorded, on the monotonic clock. */
  readonly last_activity_ms: number;
}

/**
 * The sessions that are active or paused: a projection of their logs, rebuilt at the start. A user has one at most,
 * so a user's id finds it. The map's order is the order of last activity, the longest idle first.
 */
export class ActiveSessions {
  readonly #by_user = new TransientMap<string, ActiveSession>();

  get count(): number {
    return this.#by_user.size;
  }

  ofUser(user_id: string): ActiveSession | undefined {
    return this.#by_user.get(user_id);
  }

  find({ user_id, session_id }: LogName): ActiveSession | undefined {
    const active = this.#by_user.get(user_id);
    return active?.log.session_id === session_id ? active : undefined;
  }

  /** The sessions that were last active before `before_ms`. Costs what it gives. */
  idleSince(before_ms: number): ActiveSession[] {
    const idle: ActiveSession[] = [];
    for (const session of this.#by_user.values()) {
      if (session.last_activity_ms >= before_ms) break;
      idle.push(session);
    }
    return idle;
  }

  /** The session that has been idle for longest. */
  longestIdle(): ActiveSession | undefined {
    return this.#by_user.values().next().value;
  }

  /** Moves a session on by lines that are durable, and gives it as it is then. */
  advance({ log, state }: KnownSession, lines: readonly Line[], at_ms: number): KnownSession {
    const session = { log, state: fold(lines, state), last_activity_ms: at_ms };
    this.#set(session);
    return session;
  }

  /** Takes a session as its log has it, unless memory is already further. */
  put(session: KnownSession, at_ms: number): void {
    const held = this.find(session.log);
    if (held !== undefined && held.state.seq >= session.state.seq) return;
    this.#set({ log: session.log, state: session.state, last_activity_ms: at_ms });
  }

  forget(log: LogName): void {
    if (this.find(log) !== undefined) this.#by_user.delete(log.user_id);
  }

  #set(session: ActiveSession): void {
    this.forget(session.log);
    if (claimOf(session.state) === undefined) return;
    this.#by_user.delete(session.log.user_id);
    this.#by_user.set(session.log.user_id, session);
  }
}
