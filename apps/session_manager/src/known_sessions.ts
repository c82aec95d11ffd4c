import type { LogName } from "@session-ledger/schema_recorder";
import type { ActiveSessions } from "./active_sessions.ts";
import type { Clock } from "./clock.ts";
import { type KnownSession, unknownSession } from "./models.ts";
import type { SessionRepository } from "./repository.ts";

export interface KnownSessionsOptions {
  readonly active: ActiveSessions;
  readonly clock: Clock;
  readonly repository: SessionRepository;
}

/** The sessions that commands are decided on: from memory while they are open, else from the recorder. */
export class KnownSessions {
  readonly #options: KnownSessionsOptions;

  constructor(options: KnownSessionsOptions) {
    this.#options = options;
  }

  /**
   * The session of these names, or one in its initial state. A caller that sees one user's sessions alone
   * (`only_user`) finds no other's. Throws as the repository's `find` does.
   */
  async find({ user_id, session_id }: LogName, only_user?: string): Promise<KnownSession> {
    const log = { user_id, session_id };
    const { active, repository } = this.#options;
    const found = active.find(log) ?? (await repository.find(log));
    const is_hidden = only_user !== undefined && found?.log.user_id !== only_user;
    return found === undefined || is_hidden ? unknownSession(log) : found;
  }

  /** Takes a user's open session as the recorder has it, after another writer was faster. */
  async catchUpUser(user_id: string): Promise<void> {
    const { active, clock, repository } = this.#options;
    const held = active.ofUser(user_id);
    const session = await repository.activeOf(user_id);
    if (session !== undefined) active.put(session, clock.monotonic());
    else if (held !== undefined) active.forget(held.log);
  }

  /** Takes a session as the recorder has it, after another writer was faster. */
  async catchUpLog({ user_id, session_id }: LogName): Promise<void> {
    const { active, clock, repository } = this.#options;
    const log = { user_id, session_id };
    const session = await repository.find(log);
    if (session === undefined) active.forget(log);
    else active.put(session, clock.monotonic());
  }
}
