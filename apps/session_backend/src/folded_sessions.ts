import { faultError, findSessions, type LogName, type Recorder } from "@session-ledger/schema_recorder";
import { FoldedSession } from "./folded_session.ts";

const KIND = "agent";

export interface FoldedSessionsOptions {
  readonly recorder: Recorder;
  /** How much memory the sessions that nobody uses now may take, in bytes. */
  readonly cache_bytes_max: number;
}

/**
 * The sessions of agents as their logs have them. They are kept in memory as long as there is room, the least recently
 * used go first; what goes is read from its log again. The catalog is asked each time, so that what another way changed
 * (an operator's erasure) is never missed.
 */
export class FoldedSessions {
  readonly #options: FoldedSessionsOptions;
  /** The least recently used first. */
  readonly #kept = new Map<string, { readonly folded: FoldedSession; bytes: number }>();
  #bytes = 0;

  constructor(options: FoldedSessionsOptions) {
    this.#options = options;
  }

  /** How many sessions are kept, and about how much memory they take. */
  get size(): { readonly sessions: number; readonly bytes: number } {
    return { sessions: this.#kept.size, bytes: this.#bytes };
  }

  /**
   * The session of this name, before its first line if there is none.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED`, `LOG_FORMAT_UNSUPPORTED`, `STORE_UNAVAILABLE`
   */
  async get(log: LogName): Promise<FoldedSession> {
    const { recorder } = this.#options;
    const key = keyOf(log);
    const entries = await findSessions(recorder, log.session_id);
    const entry = entries.find((each) => each.log.user_id === log.user_id && each.state.kind === KIND);
    if (entry === undefined) {
      this.#drop(key);
      return new FoldedSession(log);
    }
    if (entry.fault !== undefined) throw faultError(entry.fault);
    const kept = this.#kept.get(key) ?? { folded: new FoldedSession(log), bytes: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    await kept.folded.catchUp(entry, recorder);
    this.#account(key, kept);
    return kept.folded;
  }

  #account(key: string, kept: { readonly folded: FoldedSession; bytes: number }): void {
    if (this.#kept.get(key) !== kept) return;
    const { bytes } = kept.folded.session;
    this.#bytes += bytes - kept.bytes;
    kept.bytes = bytes;
    for (const [oldest, { folded }] of this.#kept) {
      if (this.#bytes <= this.#options.cache_bytes_max) return;
      if (oldest !== key && !folded.is_in_use) this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

function keyOf({ user_id, session_id }: LogName): string {
  return `${user_id}/${session_id}`;
}
