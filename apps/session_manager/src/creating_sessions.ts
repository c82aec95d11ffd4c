import { type LogName, TransientMap } from "@session-ledger/schema_recorder";
import type { EventToAppend, SessionSummary } from "@session-ledger/session_contract";
import { fold, summaryOf } from "@session-ledger/session_domain";

interface Creation {
  readonly log: LogName;
  readonly event: EventToAppend;
  readonly timestamp: string;
}

interface CreatingSession {
  readonly creation: Creation;
  readonly writing: Promise<unknown>;
}

/** The sessions whose first line is being written. One whose line cannot be written leaves no trace here. */
export class CreatingSessions {
  readonly #by_id = new TransientMap<string, CreatingSession>();

  /** Counts a session among them until `write` has ended, whether well or not. */
  async during<Result>(creation: Creation, write: () => Promise<Result>): Promise<Result> {
    const { session_id } = creation.log;
    const writing = write();
    this.#by_id.set(session_id, { creation, writing });
    try {
      return await writing;
    } finally {
      this.#by_id.delete(session_id);
    }
  }

  /** Resolves when the session's first line is no longer being written, however that ended. */
  async settled(session_id: string): Promise<void> {
    await Promise.allSettled([this.#by_id.get(session_id)?.writing]);
  }

  find(session_id: string): SessionSummary | undefined {
    const creating = this.#by_id.get(session_id);
    if (creating === undefined) return undefined;
    const { log, event, timestamp } = creating.creation;
    const state = fold([{ ...event, seq: 1, recorded_at: timestamp }]);
    const summary = summaryOf(state, { ...log, recorded_at: timestamp });
    return { ...summary, state: "creating", seq: 0, updated_at: null };
  }
}
