// Erases logs for good. An erasure is acknowledged once nothing below the log root holds a byte of the log, or its
// name: the log and what was kept beside it are removed, every segment of the journal that held its lines is gone, its
// row is overwritten in the catalog, and all of that is durable. The checkpoint that this takes is shared by the
// erasures that wait for it, and appends to other logs go on beside it.
import { toServerTime } from "@session-ledger/session_contract";
import type { LogOperator } from "../log_operator.ts";
import { archiveFile } from "../log_paths.ts";
import type { EraseOptions, LogName } from "../recorder.ts";
import { TornCopies } from "./torn_copies.ts";

export class LogEraser {
  readonly #operator: LogOperator;
  readonly #torn_copies: TornCopies;

  constructor(operator: LogOperator) {
    this.#operator = operator;
    this.#torn_copies = new TornCopies(operator.store.disk, operator.store.root);
  }

  erase(log: LogName, { expected_seq, note }: EraseOptions): Promise<void> {
    const { recovered, clock } = this.#operator.store;
    const { catalog, examiner, erasures } = recovered;
    return this.#operator.withLog(log, expected_seq, async (entry) => {
      const archive = entry.archived_at === undefined ? [] : [archiveFile(log)];
      const files = [...(await this.#torn_copies.of(log, examiner.repairs)), ...archive];
      const { kind, seq: lines } = entry.state;
      const remains = note && { erased_at: toServerTime(clock()), kind, lines, ...note };
      const text = erasures.encode(log, remains);
      await this.#operator.commit({
        kind: "erase",
        log: entry.log,
        incarnation: entry.incarnation,
        data: [text, ...files].join("\n"),
        onDone: () => {
          erasures.note(text);
          this.#operator.release(entry);
          catalog.remove(log);
          examiner.forget(log);
        },
      });
      await this.#operator.checkpoint();
    });
  }
}
