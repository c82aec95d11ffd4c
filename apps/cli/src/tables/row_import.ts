// Rows go to the recorder without waiting for the ones before, so that group commit serves many with one sync. What
// a row depends on is settled before: look-ups and appends are begun in the order of the file, so of two open rows
// of a user the first takes the claim; and a row whose id is under way waits for that one.
import { type Recorder, RecorderError, type SessionEntry } from "@session-ledger/schema_recorder";
import type { Decision } from "@session-ledger/session_domain";
import { isLogRefusal } from "../log_refusals.ts";
import { isImportOf } from "./row_comparison.ts";
import { decideRow } from "./row_decision.ts";
import { type RowResult, rowResult } from "./row_result.ts";
import type { TableRow } from "./table_row.ts";

export class RowImport {
  readonly #recorder: Recorder;
  readonly #file: string;
  readonly #under_way = new Map<string, Promise<unknown>>();

  constructor(recorder: Recorder, file: string) {
    this.#recorder = recorder;
    this.#file = file;
  }

  /**
   * Begins to import a row, and gives what will have become of it. Call it again once this has resolved.
   * @throws RecorderError when the store fails, and so does the result's promise
   */
  async begin(row: TableRow): Promise<{ readonly result: Promise<RowResult> }> {
    const { session_id } = row;
    if (row.state === "creating") {
      const reason = "its creation never finished";
      return { result: Promise.resolve(rowResult("skipped", this.#file, row, { reason })) };
    }
    await this.#under_way.get(session_id);
    const entries = await this.#recorder.find(session_id);
    const result = this.#settle(row, entries);
    const done = result.then(
      () => this.#under_way.delete(session_id),
      () => undefined,
    );
    this.#under_way.set(session_id, done);
    return { result };
  }

  async #settle(row: TableRow, entries: readonly SessionEntry[]): Promise<RowResult> {
    const decision = decideRow(row);
    try {
      if (entries.length === 0) {
        if ((await this.#recorder.erasureOf(row.session_id)) !== undefined)
          return this.#conflict(row, "the session was erased");
        return await this.#record(row, decision);
      }
      const entry = entries.find(({ log }) => log.user_id === row.user_id);
      if (entry === undefined) return this.#conflict(row, "the id is that of another user's session");
      if (await isImportOf(this.#recorder, entry, decision.events))
        return rowResult("unchanged", this.#file, row);
      return this.#conflict(row, "the ledger holds something else");
    } catch (error) {
      if (isLogRefusal(error)) return this.#conflict(row, error.message, error.code);
      throw error;
    }
  }

  async #record(row: TableRow, { events, claim }: Decision): Promise<RowResult> {
    const { user_id, session_id } = row;
    const options = { expected_seq: 0, ...(claim !== undefined && { claim }) };
    try {
      await this.#recorder.append({ user_id, session_id }, events, options);
    } catch (error) {
      if (!(error instanceof RecorderError) || error.code !== "CLAIM_TAKEN") throw error;
      return this.#conflict(
        row,
        "the user has another session that is active or paused",
        "SESSION_ALREADY_ACTIVE",
      );
    }
    return rowResult("imported", this.#file, row, { lines: events.length });
  }

  #conflict(row: TableRow, reason: string, code?: string): RowResult {
    return rowResult("conflict", this.#file, row, { ...(code !== undefined && { code }), reason });
  }
}
