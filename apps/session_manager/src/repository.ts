import {
  type AppendOptions,
  faultError,
  findSessions,
  type LogName,
  type Recorder,
  type SessionEntry,
} from "@session-ledger/schema_recorder";
import type { EventToAppend, Line, SessionKind } from "@session-ledger/session_contract";
import { activeClaim, evolve, INITIAL_STATE, type SessionState } from "@session-ledger/session_domain";
import type { KnownSession } from "./models.ts";

/** What the app knows of the recorder: the sessions of its own kinds, and how one is appended to. */
export class SessionRepository {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /**
   * The session with this id, of this user if the user has one, else of any other.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED` or `LOG_FORMAT_UNSUPPORTED` for the user's own log
   */
  async find({ user_id, session_id }: LogName): Promise<KnownSession | undefined> {
    const entries = (await findSessions(this.#recorder, session_id)).filter(isOfThisFace);
    const own = entries.find(({ log }) => log.user_id === user_id);
    if (own?.fault !== undefined) throw faultError(own.fault);
    return own ?? entries[0];
  }

  /**
   * The session with this id, of any user. Imports may have brought one id under several users: then one that was
   * not deleted comes first, and then the one that was written to last. With `only_user`, no other's is found.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED` or `LOG_FORMAT_UNSUPPORTED` for a damaged log
   */
  async entry(session_id: string, only_user?: string): Promise<SessionEntry | undefined> {
    const entries = (await findSessions(this.#recorder, session_id)).filter(isOfThisFace);
    const visible = entries.filter(({ log }) => only_user === undefined || log.user_id === only_user);
    const [entry] = visible.sort(
      (a, b) =>
        Number(a.state.status === "deleted") - Number(b.state.status === "deleted") ||
        Date.parse(b.recorded_at) - Date.parse(a.recorded_at),
    );
    if (entry?.fault !== undefined) throw faultError(entry.fault);
    return entry;
  }

  /** What a session was after one of its lines, and that line's time. */
  stateAt(
    log: LogName,
    seq: number,
  ): Promise<{ readonly state: SessionState; readonly recorded_at: string }> {
    return this.#recorder.replay(
      log,
      ({ state }, line) => ({ state: evolve(state, line), recorded_at: line.recorded_at }),
      { state: INITIAL_STATE, recorded_at: "" },
      { until_seq: seq },
    );
  }

  /** The session that holds the user's claim, whoever started it. Throws as `find` does. */
  async activeOf(user_id: string): Promise<KnownSession | undefined> {
    const holder = await this.#recorder.holderOf(activeClaim(user_id));
    return holder && this.find(holder);
  }

  /** Whether any session, of any face and in any state, has this id. */
  async isIssued(session_id: string): Promise<boolean> {
    if ((await findSessions(this.#recorder, session_id)).length > 0) return true;
    return (await this.#recorder.erasureOf(session_id)) !== undefined;
  }

  /** When a session of this face was erased, if one of this id was. */
  async erasedAt(session_id: string): Promise<string | undefined> {
    const erasure = await this.#recorder.erasureOf(session_id);
    return erasure !== undefined && isKindOfThisFace(erasure.kind) ? erasure.erased_at : undefined;
  }

  /** Every session that is active or paused, the longest idle first. */
  async active(): Promise<SessionEntry[]> {
    const entries: SessionEntry[] = [];
    for await (const entry of this.#recorder.sessions({ holding_claim: true })) entries.push(entry);
    return entries.sort((a, b) => Date.parse(a.recorded_at) - Date.parse(b.recorded_at));
  }

  append(log: LogName, events: readonly EventToAppend[], options: AppendOptions): Promise<readonly Line[]> {
    return this.#recorder.append(log, events, options);
  }
}

/** A face sees only its own kinds: an agent's or an anonymous session is not found here. */
export function isOfThisFace({ state }: Pick<SessionEntry, "state">): boolean {
  return isKindOfThisFace(state.kind);
}

function isKindOfThisFace(kind: SessionKind): boolean {
  return kind === "interaction" || kind === "execution";
}
