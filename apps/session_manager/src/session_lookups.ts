import type { SessionEntry } from "@session-ledger/schema_recorder";
import {
  isLookupId,
  NOT_FOUND_DETAILS,
  type SessionLookup,
  type SessionSummary,
} from "@session-ledger/session_contract";
import {
  assertFound,
  assertNotArchived,
  erasedSession,
  INITIAL_STATE,
  summaryOf,
} from "@session-ledger/session_domain";
import type { CreatingSessions } from "./creating_sessions.ts";
import type { PossibleOutcome } from "./models.ts";
import type { SessionRepository } from "./repository.ts";
import { ServiceError } from "./service_error.ts";

export interface SessionLookupsOptions {
  readonly repository: SessionRepository;
  readonly creating: CreatingSessions;
  readonly session_id_prefix: string;
}

/** Which sessions a look-up finds. */
export interface Visibility {
  /** Whether a deleted session is found too. */
  readonly include_deleted: boolean;
  /** The one user whose sessions are found; absent: every user's are. */
  readonly only_user?: string | undefined;
}

export interface LookUpOptions extends Visibility {
  /** The line after which the session is asked for; absent: the last. */
  readonly at_seq?: number | undefined;
}

/** Finds sessions by their id alone. A look-up that finds none says why. */
export class SessionLookups {
  readonly #options: SessionLookupsOptions;

  constructor(options: SessionLookupsOptions) {
    this.#options = options;
  }

  /**
   * @throws ServiceError `REQUEST_INVALID` for an id of no known format, before anything is looked up
   * @throws SessionRejected `SESSION_NOT_FOUND` with the reason
   * @throws ServiceError `SEQ_NOT_FOUND`, and RecorderError as the repository does
   */
  async find(session_id: string, options: LookUpOptions): Promise<PossibleOutcome<SessionLookup>> {
    this.#assertFormat(session_id);
    // Before the store is asked: a session that becomes durable meanwhile is then found there.
    const creating = this.#options.creating.find(session_id);
    if (creating !== undefined && isVisible(creating.user_id, options))
      return { answer: { found: true, reason: "ok", session: creating } };
    const entry = await this.#entry(session_id, options);
    const session = await this.#sessionAt(entry, options.at_seq);
    return { answer: answerAbout(entry, session), seq: entry.state.seq };
  }

  /**
   * The catalog's entry of a session, for who reads its log: one whose first line is being written is waited for.
   * Throws as `find` does.
   */
  async entry(session_id: string, visibility: Visibility): Promise<SessionEntry> {
    this.#assertFormat(session_id);
    await this.#options.creating.settled(session_id);
    const entry = await this.#entry(session_id, visibility);
    assertNotArchived(entry.archived_at);
    return entry;
  }

  #assertFormat(session_id: string): void {
    if (isLookupId(session_id, this.#options.session_id_prefix)) return;
    const reason = "not_found_invalid_format";
    throw new ServiceError("REQUEST_INVALID", reason, {
      detail: NOT_FOUND_DETAILS[reason],
      errors: [{ path: "session_id", message: "has none of the formats of a session id" }],
      members: { found: false, reason },
    });
  }

  async #entry(session_id: string, { include_deleted, only_user }: Visibility): Promise<SessionEntry> {
    const entry = await this.#options.repository.entry(session_id, only_user);
    if (entry !== undefined && include_deleted && entry.state.status === "deleted") return entry;
    // Whose an erased session was is not known any more, so a user's key is told of none.
    if (entry === undefined && only_user === undefined) {
      const erased_at = await this.#options.repository.erasedAt(session_id);
      if (erased_at !== undefined) throw erasedSession(erased_at);
    }
    assertFound(entry?.state ?? INITIAL_STATE, entry?.archived_at);
    return entry!;
  }

  async #sessionAt(entry: SessionEntry, at_seq: number | undefined): Promise<SessionSummary> {
    const { log, state, recorded_at, archived_at } = entry;
    const whereabouts = { ...log, recorded_at, ...(archived_at !== undefined && { archived_at }) };
    if (at_seq === undefined || at_seq === state.seq) return summaryOf(state, whereabouts);
    if (at_seq > state.seq) throw new ServiceError("SEQ_NOT_FOUND");
    assertNotArchived(archived_at);
    const then = await this.#options.repository.stateAt(log, at_seq);
    return summaryOf(then.state, { ...whereabouts, recorded_at: then.recorded_at });
  }
}

function isVisible(user_id: string, { only_user }: Visibility): boolean {
  return only_user === undefined || only_user === user_id;
}

/** `reason` and `deleted_at` tell the present, whatever line the session was asked for at. */
function answerAbout({ state, recorded_at }: SessionEntry, session: SessionSummary): SessionLookup {
  if (state.status !== "deleted") return { found: true, reason: "ok", session };
  return { found: true, reason: "deleted", deleted_at: state.deleted_at ?? recorded_at, session };
}
