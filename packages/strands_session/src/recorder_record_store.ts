import type { LogName, Recorder, SessionEntry, SessionPage } from "@session-ledger/schema_recorder";
import { type ErrorCode, LedgerError } from "@session-ledger/session_contract";
import { eventsAfter, recordsIn } from "./list_events.ts";
import { LIST_PREFIX } from "./list_names.ts";
import { batchesOf } from "./record_batches.ts";
import type { Place, RecordStore, RecordsAfter } from "./record_store.ts";
import type { StorageRecord } from "./storage_record.ts";

/** What the store takes of a recorder. */
export type ListRecorder = Pick<Recorder, "append" | "erase" | "find" | "list" | "read">;

/** Whose sessions those of no user are. */
const OWNER_OF_NONE = "_agents";

const SESSIONS_A_PAGE = 200;

/** Lists on a recorder in this process, of one user or of none. An append of records that fit together is one append. */
export class RecorderRecordStore implements RecordStore {
  readonly #recorder: ListRecorder;
  readonly #owner: string;

  constructor(recorder: ListRecorder, user_id?: string) {
    this.#recorder = recorder;
    this.#owner = user_id === undefined ? OWNER_OF_NONE : `${OWNER_OF_NONE}.${user_id}`;
  }

  async read(list: string, place: Place | undefined): Promise<RecordsAfter | undefined> {
    const entry = await this.#entryOf(list);
    if (entry === undefined) return undefined;
    if (place !== undefined && entry.hash === place.hash) return { from_start: false, records: [], place };
    try {
      return await recordsIn(this.#recorder.read(entry.log));
    } catch (error) {
      // It was removed in between.
      if (hasCode(error, "LOG_NOT_FOUND")) return undefined;
      throw error;
    }
  }

  async append(
    list: string,
    place: Place | undefined,
    records: readonly StorageRecord[],
  ): Promise<Place | undefined> {
    const entry = await this.#entryOf(list);
    if (entry?.hash !== place?.hash) return undefined;
    const { agent_id, events } = eventsAfter(list, place, records);
    let seq = entry?.state.seq ?? 0;
    let hash = "";
    try {
      for (const batch of batchesOf(events)) {
        const lines = await this.#recorder.append(this.#logOf(list), batch, { expected_seq: seq });
        seq += lines.length;
        hash = lines.at(-1)!.hash;
      }
    } catch (error) {
      if (hasCode(error, "SEQ_CONFLICT")) return undefined;
      throw error;
    }
    return { count: (place?.count ?? 0) + records.length, agent_id, hash };
  }

  async remove(list: string, place: Place): Promise<void> {
    const entry = await this.#entryOf(list);
    if (entry === undefined || entry.hash !== place.hash) return;
    try {
      await this.#recorder.erase(entry.log, { expected_seq: entry.state.seq });
    } catch (error) {
      if (!hasCode(error, "SEQ_CONFLICT", "LOG_NOT_FOUND")) throw error;
    }
  }

  async *lists(): AsyncGenerator<string> {
    let after: SessionPage["next"];
    do {
      const page: SessionPage = await this.#recorder.list({
        kinds: ["agent"],
        states: ["active"],
        user_id: this.#owner,
        limit: SESSIONS_A_PAGE,
        ...(after !== undefined && { after }),
      });
      for (const { log } of page.entries) if (log.session_id.startsWith(LIST_PREFIX)) yield log.session_id;
      after = page.next;
    } while (after !== undefined);
  }

  async #entryOf(list: string): Promise<SessionEntry | undefined> {
    const entries = await this.#recorder.find(list);
    return entries.find(({ log }) => log.user_id === this.#owner);
  }

  #logOf(list: string): LogName {
    return { user_id: this.#owner, session_id: list };
  }
}

function hasCode(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof LedgerError && codes.includes(error.code);
}
